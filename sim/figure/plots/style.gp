# What all figures share: size, letters, colours, grid, legend.

# The table lies beside the script.
if (system('test -s '.data.' && echo yes') ne 'yes') \
    exit error data.': it is missing or empty; `tenure plot DIR` makes it, of a result of `tenure run` or of a study'

# 17 cm wide; printed at half of it, in a column, letters are 6 to 7 points high.
if (format eq 'svg') set terminal svg size 640,400 background '#ffffff' font 'sans-serif,17' dashlength 0.6 noenhanced
if (format eq 'png') set terminal pngcairo size 1280,800 font 'sans,17' fontscale 1.5 linewidth 2 dashlength 0.6 noenhanced
if (format eq 'pdf') set terminal pdfcairo size 17cm,10.6cm font 'sans,13' linewidth 1.5 dashlength 0.6 noenhanced
set output key.'.'.format
set encoding utf8
set datafile separator comma
set datafile missing NaN # a line goes on to the next value that is there

# Okabe and Ito's colours, which the colour-blind can tell apart, so ordered that
# neighbours differ in grey, too.
array colour[7] = ['#0072b2', '#e69f00', '#009e73', '#f0e442', '#cc79a7', '#56b4e9', '#7f7f7f']
shade(i) = colour[1 + (i - 1) % 7]
# Of lines on white, where yellow would not be seen.
array line[7] = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#a6611a', '#56b4e9', '#7f7f7f']
hue(i) = line[1 + (i - 1) % 7]
dash(i) = 1 + (i - 1) % 5
alarm = '#d55e00' # what should not be: unserved, down, obsolete
ink = '#303030'

# The title on top, the legend below it in as many columns as fit, then the picture.
set label 999 (strlen(subject) ? subject.': '.title : title) at screen 0.015, screen 0.95 textcolor rgb 'black'
legend_columns = legend_n < 2 ? 1 : int(56 / (legend_letters + 4))
legend_columns = legend_columns < 1 ? 1 : legend_columns > legend_n ? legend_n : legend_columns
spacing = format eq 'svg' ? 0.82 : 1.05
legend_rows = legend_n < 2 ? 0 : ceil(1.0 * legend_n / legend_columns)
set key at screen 0.01, screen 0.915 left top Left reverse vertical maxrows legend_rows \
    samplen 1 spacing spacing textcolor rgb ink
if (legend_n < 2) unset key
# What is too long to stand beside the axis lies above it.
lying = strlen(y_label) > 24
top = 0.89 - 0.056 * (legend_rows > 0 ? legend_rows : 0.4) - 0.06 * lying
set tmargin at screen top
set bmargin at screen (strlen(x_label) ? 0.19 : 0.15)
set lmargin at screen 0.145
set rmargin at screen 0.95

set border 3 lc rgb '#808080'
set tics nomirror out scale 0.5 textcolor rgb ink
set xtics offset 0,0.2
set grid ytics back lt 1 lw 0.6 lc rgb '#d9d9d9'
set style fill solid 1 noborder
set format y '%g'
set xlabel x_label textcolor rgb ink offset 0,0.4
set ylabel (lying ? '' : y_label) textcolor rgb ink offset 0.5,0
if (lying) set label 998 y_label at screen 0.015, screen top + 0.045 textcolor rgb ink

# The columns of the table: time, a value as it is drawn, and sums of those of a stack.
t(c) = timecolumn(c, '%Y-%m-%dT%H:%M:%SZ')
v(c) = column(c) / scale[c]
stacked(c) = (sum [i = stack_first:c] v(i))
# Where a role has no column, gnuplot goes through the loop over it once all the same.
here(c, last) = last ? v(c) : NaN
up(c) = v(c) > 0 ? v(c) : 0
down(c) = v(c) < 0 ? v(c) : 0

# The end of a long name says most.
short(name) = strlen(name) > 30 ? '…'.substr(name, strlen(name) - 28, strlen(name)) : name

# Areas also have a line along their top, so that the shortest peak is seen.
# $steps has x and each column as it is drawn (of a stack, with those below it), and each
# row twice, with the values of the row before and with its own: areas in steps, filled in
# one piece.
x(c) = is_time ? t(c) : v(c)
drawn(c) = c >= stack_first && c <= stack_last ? stacked(c) : v(c)
cells(c) = c > columns ? '' : sprintf(',%.7g', drawn(c)).cells(c + 1)
before = ''
now = ''
next(line) = (before = now, now = line, strlen(before) ? \
    sprintf("%.15g%s\n%.15g%s", x(1), before, x(1), now) : sprintf("%.15g%s", x(1), now))
if (shape eq 'areas' || key eq 'load-duration') {
    set table $pairs
    plot data skip 1 using (next(cells(2))) with table
    unset table
    set print $steps
    do for [i = 1:|$pairs|] { print $pairs[i] }
    unset print
}
