# The share of replications that cost no more, a curve for each point; signs are quantiles.
set yrange [0:100]
plot for [c = line_first:line_last] data skip 1 using (v(1)):(v(c)) with lines lw 3 \
         dt dash(c - line_first + 1) lc rgb hue(c - line_first + 1) title label[c], \
     for [c = mark_first:mark_last] data skip 1 using (v(1)):(v(c)) with points \
         pt 7 ps 1.6 lc rgb 'black' title label[c]
