#ifndef CLI_MODELS_H
#define CLI_MODELS_H

/* The GPU catalogue as text: the part of `tenure models` that is about classes. */

#include "input/catalog.h"

/* A table of all classes in 80 columns. */
void classes_print(const struct catalog *catalog);

/* One class: every figure with value, mark, date and source. */
void class_print(const struct gpu_class *class);

/* The catalogue as a page of Markdown. */
void classes_print_markdown(const struct catalog *catalog);

#endif
