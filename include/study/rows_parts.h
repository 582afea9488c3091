#ifndef STUDY_ROWS_PARTS_H
#define STUDY_ROWS_PARTS_H

/* What the writer and the reader of part files share; for study/rows*.c alone. */

#include "study/rows.h"

#define ROWS_MAGIC      "tenure-rows-1 "
#define ROWS_CRC_LENGTH ((size_t)9) /* eight digits and a blank */

uint32_t rows_crc(const char *body, size_t length);

#endif
