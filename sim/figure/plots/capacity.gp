# Busy GPUs of each pool lie on each other, what waits lies on top; the line is what is
# owned and leased.
set xrange [x_low:x_high]
set yrange [0:*]
fill(c) = c == stack_last ? alarm : shade(c - stack_first + 1)
plot for [c = stack_last:stack_first:-1] $steps using 1:c with filledcurves y=0 lc rgb fill(c) notitle, \
     for [c = stack_last:stack_first:-1] $steps using 1:c with lines lw 1 lc rgb fill(c) notitle, \
     for [c = step_first:step_last] $steps using 1:c with lines lw 2 lc rgb 'black' notitle, \
     for [c = stack_first:stack_last] keyentry with boxes lc rgb fill(c) title label[c], \
     for [c = step_first:step_last] keyentry with lines lw 2 lc rgb 'black' title label[c]
