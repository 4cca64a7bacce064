#include <string.h>

#include "body/siprec_metadata.h"
#include "body/siprec_model.h"

/* By id; who has none is known by address, else by name. */
static bool is_same(const struct siprec_participant *one, const struct siprec_participant *other)
{
    if (one->id[0] || other->id[0])
        return siprec_model_same_id(one->id, other->id);
    if (one->aor[0] || other->aor[0])
        return strcmp(one->aor, other->aor) == 0;
    return strcmp(one->name, other->name) == 0;
}

static bool is_there(const struct siprec_metadata *metadata, const struct siprec_participant *who)
{
    for (size_t i = 0; metadata && i < metadata->participants; i++) {
        if (!metadata->participant[i].left && is_same(&metadata->participant[i], who))
            return true;
    }
    return false;
}

/* Those who are there in one state and not in the other. */
static void visit_missing(const struct siprec_metadata *metadata,
                          const struct siprec_metadata *other, enum siprec_change change,
                          void (*visit)(void *context, enum siprec_change change,
                                        const struct siprec_participant *participant),
                          void *context)
{
    for (size_t i = 0; metadata && i < metadata->participants; i++) {
        const struct siprec_participant *one = &metadata->participant[i];

        if (!one->left && !is_there(other, one))
            visit(context, change, one);
    }
}

void siprec_metadata_compare(const struct siprec_metadata *before,
                             const struct siprec_metadata *after,
                             void (*visit)(void *context, enum siprec_change change,
                                           const struct siprec_participant *participant),
                             void *context)
{
    visit_missing(before, after, SIPREC_LEFT, visit, context);
    visit_missing(after, before, SIPREC_JOINED, visit, context);
}
