# Useful work at the bottom, then what is busy in vain, idle by reason, and down.
set xrange [x_low:x_high]
set yrange [0:*]
state(name) = name eq 'useful work' ? '#0072b2' : name eq 'overhead' ? '#e69f00' : \
    name eq 'idle, no demand' ? '#dcdcdc' : name eq 'idle, does not fit' ? '#56b4e9' : \
    name eq 'idle, held' ? '#f0e442' : alarm
plot for [c = stack_last:stack_first:-1] $steps using 1:c with filledcurves y=0 \
         lc rgb state(label[c]) notitle, \
     for [c = stack_last:stack_first:-1] $steps using 1:c with lines lw 1 \
         lc rgb state(label[c]) notitle, \
     for [c = stack_first:stack_last] keyentry with boxes lc rgb state(label[c]) title label[c]
