# Book value against market value; signs at the end: the market's value, where nothing is
# known of it before, and the book value of what is obsolete.
set xrange [x_low:x_high]
set yrange [0:*]
bad(c) = label[c] eq 'book value, obsolete'
plot for [c = line_first:line_last] data skip 1 using (t(1)):(v(c)) with lines lw 3 \
         dt dash(c - line_first + 1) lc rgb hue(c - line_first + 1) title label[c], \
     for [c = mark_first:mark_last] data skip 1 using (t(1)):(here(c, mark_last)) with points \
         pt (bad(c) ? 9 : 7) ps (bad(c) ? 2.6 : 1.6) lc rgb (bad(c) ? alarm : hue(2)) title label[c]
