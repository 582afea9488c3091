#include "input/importer.h"

#include <assert.h>
#include <string.h>

const struct importer *importer_find(const char *name)
{
    for (const struct importer *const *importer = importers; *importer; importer++)
        if (strcmp((*importer)->name, name) == 0)
            return *importer;
    return NULL;
}

void import_drop(struct import_report *report, const char *reason)
{
    for (size_t i = 0; i < report->n_dropped; i++) {
        if (strcmp(report->dropped[i].reason, reason) != 0)
            continue;
        report->dropped[i].rows++;
        return;
    }
    assert(report->n_dropped < sizeof report->dropped / sizeof report->dropped[0]);
    report->dropped[report->n_dropped++] = (struct import_count){reason, 1};
}
