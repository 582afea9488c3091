# Two bars for each input, from where all are at their medians: to its low value and to its
# high one.  Thin lines are intervals.
set xlabel y_label
unset ylabel
unset label 998
set lmargin at screen (category_letters > 30 ? 0.5 : 0.06 + 0.0148 * category_letters)
set yrange [rows - 0.4:-0.6]
set grid noytics xtics
set border 1
set ytics scale 0
set arrow 1 from 0, graph 0 to 0, graph 1 nohead lc rgb '#808080' front
bar(c) = c == point_first ? shade(1) : shade(2)
plot for [c = point_first:point_last] data skip 1 \
         using (v(c)):0:(0):(v(c)):($0 - 0.32):($0 + 0.32):ytic(short(strcol(1))) \
         with boxxyerror lc rgb bar(c) notitle, \
     for [i = 0:1] '' skip 1 using (v(point_first + i)):0:(v(low_first + i)):(v(high_first + i)) \
         with xerrorbars pt 0 lw 1 lc rgb ink notitle, \
     for [c = point_first:point_last] keyentry with boxes lc rgb bar(c) title label[c]
