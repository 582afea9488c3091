# Two panels on the same time: GPUs that are wanted above, jobs that wait below, each with
# about four tics.
set multiplot
unset key
set xrange [x_low:x_high]
set yrange [0:*]
tics_by(most) = (power = 10 ** floor(log10(most / 4)), \
    most / 4 < 2 * power ? 2 * power : most / 4 < 5 * power ? 5 * power : 10 * power)
do for [c = step_last:step_first:-1] {
    lower = c - step_first
    set tmargin at screen 0.83 - 0.41 * lower
    set bmargin at screen 0.55 - 0.40 * lower
    set label 1 label[c] at screen 0.145, screen 0.875 - 0.41 * lower textcolor rgb ink
    set ylabel unit[c]
    stats data using (v(c)) skip 1 nooutput
    set ytics tics_by(STATS_max)
    if (lower == 0) { unset xtics }
    plot $steps using 1:c with filledcurves y=0 lc rgb shade(lower + 1), \
         "" using 1:c with lines lw 1 lc rgb shade(lower + 1)
}
unset multiplot
