#include "input/sinfo.h"

#include <inttypes.h>
#include <string.h>

#include "base/lines.h"
#include "base/names.h"

#define FIELDS_MAX 32
enum { PARTITION, GRES, NODELIST, NODES, COLUMNS };
static const char *const column_names[] = {"PARTITION", "GRES", "NODELIST", "NODES"};

/* A server, or a line that stands for several. */
struct node {
    const char *partitions, *gres;
    int64_t servers, line;
};

struct reading {
    struct arena *arena;
    const char *path;
    bool has_header, by_bar;
    int at[COLUMNS];
    size_t n_fields;
    struct names names; /* of servers */
    struct node *nodes; /* by number of name; lines without one behind them */
    size_t n, room;
};

/* ---- fields ---- */

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length && strchr(" \t", text[length - 1]))
        text[--length] = '\0';
    return text;
}

static size_t split(char *text, bool by_bar, char *fields[FIELDS_MAX])
{
    const char *between = by_bar ? "|" : " \t";
    size_t n = 0;
    text = trim(text);
    while (n < FIELDS_MAX) {
        size_t length = strcspn(text, between);
        bool last = text[length] == '\0';
        text[length] = '\0';
        fields[n++] = trim(text);
        if (last)
            break;
        text += length + 1;
        if (!by_bar)
            text += strspn(text, between);
    }
    return n;
}

static bool take_header(struct reading *in, const struct line *line, struct error *err)
{
    char *fields[FIELDS_MAX];
    in->path = line->path;
    in->has_header = true;
    in->by_bar = strchr(line->text, '|') != NULL;
    in->n_fields = split(line->text, in->by_bar, fields);
    for (size_t column = 0; column < COLUMNS; column++) {
        in->at[column] = -1;
        for (size_t i = 0; i < in->n_fields; i++)
            if (strcmp(fields[i], column_names[column]) == 0)
                in->at[column] = (int)i;
    }
    if (in->at[PARTITION] >= 0 && in->at[GRES] >= 0 &&
        (in->at[NODELIST] >= 0 || in->at[NODES] >= 0))
        return true;
    return error_at(err, (struct place){line->path, line->number, 0},
                    "the first line must name PARTITION and GRES, and NODELIST or "
                    "NODES, as `sinfo --Node -o \"%%N|%%P|%%G\"` prints them");
}

/* ---- servers ---- */

static struct node *new_node(struct reading *in)
{
    if (in->n == in->room) {
        size_t room = in->room ? 2 * in->room : 64;
        struct node *nodes = ARENA_ARRAY(in->arena, room, struct node);
        if (in->n)
            memcpy(nodes, in->nodes, in->n * sizeof *nodes);
        in->nodes = nodes;
        in->room = room;
    }
    return &in->nodes[in->n++];
}

static bool is_in(const char *list, const char *name)
{
    size_t length = strlen(name);
    while (*list) {
        size_t item = strcspn(list, "|");
        if (item == length && memcmp(list, name, length) == 0)
            return true;
        list += item + (list[item] == '|');
    }
    return false;
}

/* The same server once more: in another partition, or twice in one. */
static void add_partition(struct reading *in, struct node *node, const char *partition)
{
    if (!is_in(node->partitions, partition))
        node->partitions =
            arena_printf(in->arena, "%s|%s", node->partitions, partition);
}

static bool take_node(struct reading *in, const char *name, const char *partition,
                      const char *gres, int64_t servers, int64_t line)
{
    uint32_t before = in->names.n;
    uint32_t number =
        name ? names_add(&in->names, name, strlen(name)) : (uint32_t)in->n;
    if (name && number < before) {
        add_partition(in, &in->nodes[number], partition);
        return true;
    }
    *new_node(in) = (struct node){arena_strdup(in->arena, partition),
                                  arena_strdup(in->arena, gres), servers, line};
    return true;
}

static bool take_servers(struct reading *in, char *fields[], int64_t number,
                         int64_t *servers, struct error *err)
{
    *servers = 1;
    if (in->at[NODELIST] >= 0)
        return true;
    const char *text = fields[in->at[NODES]];
    size_t length = strlen(text);
    *servers = 0;
    for (size_t i = 0; i < length && length <= 7; i++) {
        if (text[i] < '0' || text[i] > '9')
            length = 0;
        else
            *servers = *servers * 10 + (text[i] - '0');
    }
    return (length >= 1 && length <= 7) ||
           error_at(err, (struct place){in->path, number, in->at[NODES] + 1},
                    "NODES: '%.40s' is not a number of servers", text);
}

static bool take_line(void *self, const struct line *line, struct error *err)
{
    struct reading *in = self;
    char *fields[FIELDS_MAX];
    int64_t servers;
    if (line->text[strspn(line->text, " \t")] == '\0')
        return true;
    if (!in->has_header)
        return take_header(in, line, err);
    size_t n = split(line->text, in->by_bar, fields);
    if (n != in->n_fields)
        return error_at(err, (struct place){line->path, line->number, 0},
                        "%zu fields, but the first line has %zu", n, in->n_fields);
    char *partition = fields[in->at[PARTITION]];
    size_t length = strlen(partition);
    if (length && partition[length - 1] == '*') /* the default partition */
        partition[--length] = '\0';
    if (length == 0 || length > 255 || strpbrk(partition, "|;,\x7f"))
        return error_at(err,
                        (struct place){line->path, line->number, in->at[PARTITION] + 1},
                        "PARTITION: '%.70s' is no name of a partition", partition);
    if (!take_servers(in, fields, line->number, &servers, err))
        return false;
    if (servers == 0) /* of a partition without servers */
        return true;
    return take_node(in, in->at[NODELIST] >= 0 ? fields[in->at[NODELIST]] : NULL,
                     partition, fields[in->at[GRES]], servers, line->number);
}

/* ---- groups ---- */

static void add_servers(struct sinfo *sinfo, struct reading *in, struct names *groups,
                        const struct node *node, const char *type, int64_t gpus)
{
    const char *key =
        arena_printf(in->arena, "%s\n%s\n%" PRId64, node->partitions, type, gpus);
    uint32_t group = names_add(groups, key, strlen(key));
    if (group == sinfo->n)
        sinfo->items[sinfo->n++] =
            (struct sinfo_servers){node->partitions, type, gpus, 0};
    sinfo->items[group].servers += node->servers;
}

static bool group_node(struct sinfo *sinfo, struct reading *in, struct names *groups,
                       const struct node *node, struct error *err)
{
    struct slurm_gpus gpus;
    struct error why;
    if (!slurm_gres(node->gres, &gpus, &why))
        return error_at(err, (struct place){in->path, node->line, in->at[GRES] + 1},
                        "GRES: '%.70s' %s", node->gres, why.text);
    if (gpus.total == 0)
        sinfo->without_gpus += node->servers;
    for (size_t i = 0; i < gpus.n_types; i++)
        if (gpus.types[i].gpus)
            add_servers(
                sinfo, in, groups, node,
                arena_strndup(in->arena, gpus.types[i].name, gpus.types[i].length),
                gpus.types[i].gpus);
    if (gpus.total > gpus.typed)
        add_servers(sinfo, in, groups, node, "", gpus.total - gpus.typed);
    return true;
}

bool sinfo_read(struct sinfo *sinfo, const char *path, struct arena *arena,
                struct error *err)
{
    struct reading in = {.arena = arena, .path = path, .names = {.arena = arena}};
    struct names groups = {.arena = arena};
    *sinfo = (struct sinfo){0};
    if (!lines_read(path, take_line, &in, NULL, err))
        return false;
    if (!in.has_header)
        return error_at(err, (struct place){path, 1, 0},
                        "the file is empty; what `sinfo --Node -o \"%%N|%%P|%%G\"` "
                        "prints is wanted");
    sinfo->by_node = in.at[NODELIST] >= 0;
    sinfo->items =
        ARENA_ARRAY(arena, in.n * (SLURM_TYPES_MAX + 1) + 1, struct sinfo_servers);
    for (size_t i = 0; i < in.n; i++)
        if (!group_node(sinfo, &in, &groups, &in.nodes[i], err))
            return false;
    return true;
}
