# Over one axis: the difference with its interval, and where it is zero.  Over two: which
# design is lower at each point of the grid, and the boundary with its band.
map = point_last > 0
if (!map) {
    plot data skip 1 using (v(1)):(v(low_first)):(v(high_first)) with filledcurves \
             lc rgb '#c6dbef' title label[low_first], \
         '' skip 1 using (v(1)):(v(line_first)) with lines lw 3 lc rgb hue(1) title label[line_first], \
         0 with lines lw 1 lc rgb '#808080' notitle, \
         '' skip 1 using (v(1)):(v(mark_first)) with points pt 7 ps 1.6 lc rgb 'black' title label[mark_first]
}
if (map) {
    array tint[3] = ['#6da7d1', '#f7d794', '#ececec']
    fill(c) = tint[c - point_first + 1]
    set autoscale yfix
    set xrange [x_low / scale[1] - x_step / 2:x_high / scale[1] + x_step / 2]
    plot for [c = point_first:point_last] data skip 1 \
             using (v(1)):(v(c)):(v(1) - x_step / 2):(v(1) + x_step / 2):(v(c) - y_step / 2):(v(c) + y_step / 2) \
             with boxxyerror fc rgb fill(c) fs solid border lc rgb 'white' notitle, \
         '' skip 1 using (v(1)):(v(line_first)):(v(x_low_first)):(v(x_high_first)) \
             with xerrorbars pt 7 ps 1 lw 1.5 lc rgb 'black' notitle, \
         '' skip 1 using (v(1)):(v(line_first)) with lines lw 2 lc rgb 'black' title label[line_first].', with its band', \
         for [c = point_first:point_last] keyentry with boxes lc rgb fill(c) title label[c]
}
