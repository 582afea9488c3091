#ifndef OUTPUT_TABLE_READ_H
#define OUTPUT_TABLE_READ_H

/*
 * A CSV file of a result read back, row by row, as its columns declare it: for the
 * audit, and for what compares results.
 */

#include "output/columns.h"

struct table_reader {
    enum output_table table;
    /* One row; the cells are valid during the call.  False, with the error set, stops
     * the reading. */
    bool (*row)(void *self, int64_t line, const struct cell cells[], struct error *err);
    /* A field that the writer would not have written; the row is then left out.  NULL:
     * it is an error, which stops the reading. */
    void (*wrong)(void *self, int64_t line, const char *message);
    void *self;
    int64_t rows; /* read so far, those left out included */
};

/* Reads the table's file in `dir`.  False also for a header that is not the table's. */
bool table_read(const char *dir, struct table_reader *reader,
                struct error *err) MUST_CHECK;

#endif
