/* A build without uPlot. */

#include "report/embedded.h"

const unsigned char uplot_script[] = {0}, uplot_style[] = {0}, uplot_licence[] = {0};
const size_t uplot_script_length = 0, uplot_style_length = 0, uplot_licence_length = 0;
