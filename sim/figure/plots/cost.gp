# A bar for each month; what is below zero hangs down.
set xrange [x_low:x_high]
bar(c) = shade(c - stack_first + 1)
above(c) = (sum [i = stack_first:c] up(i))
below(c) = (sum [i = stack_first:c] down(i))
left(w) = t(1) + w * (t(x_high_first) - t(1))
stats data using (above(stack_last)) skip 1 nooutput
most = STATS_max
stats data using (below(stack_last)) skip 1 nooutput
if (-STATS_min < 0.01 * most) set yrange [0:*] # too little to be seen
plot for [c = stack_first:stack_last] data skip 1 \
         using (left(0.5)):(above(c)):(left(0.08)):(left(0.92)):(above(c) - up(c)):(above(c)) \
         with boxxyerror lc rgb bar(c) notitle, \
     for [c = stack_first:stack_last] data skip 1 \
         using (left(0.5)):(below(c)):(left(0.08)):(left(0.92)):(below(c) - down(c)):(below(c)) \
         with boxxyerror lc rgb bar(c) notitle, \
     for [c = stack_first:stack_last] keyentry with boxes lc rgb bar(c) title label[c], \
     0 with lines lw 1 lc rgb '#808080' notitle
