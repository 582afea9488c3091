#ifndef REPORT_EMBEDDED_H
#define REPORT_EMBEDDED_H

/*
 * The parts of the page as bytes, of sim/report/page/, and uPlot with its licence where
 * the build was given it (-Duplot=FILE); else these have length 0.
 */

#include <stddef.h>

extern const unsigned char page_html[], page_style[], page_tools[], page_charts[],
    page_svg[], page_sections[], uplot_script[], uplot_style[], uplot_licence[];
extern const size_t page_html_length, page_style_length, page_tools_length,
    page_charts_length, page_svg_length, page_sections_length, uplot_script_length,
    uplot_style_length, uplot_licence_length;

#endif
