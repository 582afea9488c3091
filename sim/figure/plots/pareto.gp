# A sign for each point, with the intervals of both means; a ring on the front, where no
# other point is both cheaper and faster.
set grid xtics
set offsets graph 0.05, graph 0.22, graph 0.1, 0
set yrange [0:*]
plot data skip 1 using (v(1)):(v(point_first)):(v(x_low_first)):(v(x_high_first)):(v(low_first)):(v(high_first)) \
         with xyerrorbars pt 0 lw 1.5 lc rgb '#909090' title label[low_first], \
     '' skip 1 using (v(1)):(v(line_first)) with steps lw 2 lc rgb hue(2) notitle, \
     '' skip 1 using (v(1)):(v(point_first)) with points pt 7 ps 1.5 lc rgb hue(1) title label[point_first], \
     '' skip 1 using (v(1)):(v(line_first)) with points pt 6 ps 2.6 lw 2 lc rgb hue(2) title label[line_first], \
     '' skip 1 using (v(1)):(v(point_first)):text_first with labels left offset 0.9,0.8 textcolor rgb ink notitle
