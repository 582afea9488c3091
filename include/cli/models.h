#ifndef CLI_MODELS_H
#define CLI_MODELS_H

/* What `tenure models` has in parts: the GPU catalogue as text, and how a parameter's
 * value looks. */

#include "base/params.h"
#include "input/catalog.h"

/* "ms", "whole number", "word": what is wanted of whoever gives it. */
const char *param_form(const struct param *param);

/* A table of all classes in 80 columns. */
void classes_print(const struct catalog *catalog);

/* One class: every figure with value, mark, date and source. */
void class_print(const struct gpu_class *class);

/* The catalogue as a page of Markdown. */
void classes_print_markdown(const struct catalog *catalog);

#endif
