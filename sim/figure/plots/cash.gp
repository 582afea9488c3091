# Three views of the same from the start on; they are never added up.
set xrange [x_low:x_high]
set yrange [*<0:*]
plot for [c = line_first:line_last] data skip 1 using (t(1)):(v(c)) with lines lw 3 \
         dt dash(c - line_first + 1) lc rgb hue(c - line_first + 1) title label[c]
