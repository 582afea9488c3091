# GPUs wanted, from the most to the least, and the lines of what is owned and leased.
set xrange [0:100]
set yrange [0:*]
plot $steps using 1:step_first with filledcurves y=0 lc rgb shade(1) notitle, \
     keyentry with boxes lc rgb shade(1) title label[step_first], \
     for [c = line_first:line_last] data skip 1 using 1:(here(c, line_last)) with lines lw 2.5 \
         dt dash(c - line_first + 1) lc rgb 'black' title label[c]
