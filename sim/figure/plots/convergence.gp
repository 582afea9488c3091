# Half-width of the interval of the mean against replications; both axes are logarithmic.
set logscale xy
set autoscale fix
set xtics () ; set ytics ()
do for [e = -3:12] { do for [m in "1 2 5"] {
    set xtics add (sprintf('%g', m * 10 ** e) m * 10 ** e)
    set ytics add (sprintf('%g', m * 10 ** e) m * 10 ** e)
} }
set xlabel x_label.' (logarithmic scales)'
plot for [c = line_first:line_last] data skip 1 using 1:(v(c)) with lines lw 3 \
         dt dash(c - line_first + 1) lc rgb hue(c - line_first + 1) title label[c], \
     for [c = step_first:step_last] data skip 1 using 1:(here(c, step_last)) with lines \
         lw 2 lc rgb 'black' title label[c]
