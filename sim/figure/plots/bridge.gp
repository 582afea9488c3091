# From A to B: each bar begins where the last one ends.
set xlabel y_label
unset ylabel
unset label 998
unset key
set lmargin at screen (category_letters > 30 ? 0.5 : 0.06 + 0.0148 * category_letters)
set rmargin at screen 0.85
set yrange [rows - 0.4:-0.6]
set grid noytics xtics
set border 1
set ytics scale 0
bar(amount) = amount < 0 ? 0x0072b2 : 0xe69f00
# Each label in a unit of its own, since steps may be small.
usd(sign, x) = abs(x) < 999.5 ? sprintf(sign.'.0f', x) : \
    abs(x) < 999.5e3 ? sprintf(sign.'.3gk', x / 1e3) : sprintf(sign.'.4gM', x / 1e6)
plot data skip 1 using (v(low_first)):0:(v(low_first)):(v(high_first)):($0 - 0.3):($0 + 0.3):(bar(column(point_first))):ytic(short(strcol(1))) \
         with boxxyerror lc rgb variable, \
     '' skip 1 using (v(low_first) > v(high_first) ? v(low_first) : v(high_first)):0:(usd('%+', column(point_first))) \
         with labels left offset 0.7,0 textcolor rgb ink, \
     '' skip 1 using (v(mark_first)):0:ytic(short(strcol(1))) with points pt 7 ps 1.6 lc rgb 'black', \
     '' skip 1 using (v(mark_first)):0:(usd('%', column(mark_first))) \
         with labels left offset 1,0 textcolor rgb ink
