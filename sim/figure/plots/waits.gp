# The share of jobs that waited no longer; the axis of waits is logarithmic.
set logscale x
set xlabel 'waited no longer than (logarithmic scale)'
set xrange [1:x_high]
set xtics ('1 s' 1, '10 s' 10, '1 min' 60, '10 min' 600, '1 h' 3600, '6 h' 21600, \
    '1 d' 86400, '1 wk' 604800, '1 mo' 2628000, '1 y' 31536000)
# A line that begins high is seen better where the axis begins higher.
stats data using (column(line_first)) skip 1 nooutput
low = STATS_min
do for [c = line_first:line_last] {
    stats data using (column(c)) skip 1 nooutput
    low = STATS_min < low ? STATS_min : low
}
set yrange [10 * floor(low / 10):100]
plot for [c = line_first:line_last] data skip 1 using 1:(v(c)) with lines \
    lw (c == line_first ? 3 : 2) dt dash(c - line_first + 1) \
    lc rgb (c == line_first ? 'black' : hue(c - line_first)) title label[c]
