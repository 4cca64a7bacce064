#include "body/siprec_items.h"

#include <stddef.h>

static bool is_one_of(const struct siprec_xml_node *node, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (siprec_xml_is(node, names[i]))
            return true;
    }
    return false;
}

static bool is_container(const struct siprec_xml_node *node)
{
    static const char *const names[] = {"session",   "sessions",     "group",  "groups",
                                        "recording", "participants", "streams"};

    return is_one_of(node, names, sizeof names / sizeof *names);
}

/* Whether it says more of what it names than an id. */
static bool describes(const struct siprec_xml_node *node)
{
    return node->child || (node->attributes && node->attributes->next);
}

static bool is_item(const struct siprec_xml_node *node)
{
    static const char *const described[] = {"participant", "stream", "session", "group"};
    static const char *const associations[] = {"sessionrecordingassoc", "participantsessionassoc",
                                               "participantstreamassoc"};

    return (describes(node) && is_one_of(node, described, sizeof described / sizeof *described)) ||
           is_one_of(node, associations, sizeof associations / sizeof *associations);
}

/* Each element goes up one level at a time, so that the work is bounded by nodes and depth. */
bool siprec_items_raise(struct siprec_xml_node *root)
{
    bool any = false;

    for (struct siprec_xml_node *node = root->child; node; node = node->next) {
        struct siprec_xml_node *last = node;
        struct siprec_xml_node **link = &node->child;

        while (is_container(node) && *link) {
            struct siprec_xml_node *child = *link;

            if (!is_item(child)) {
                link = &child->next;
                continue;
            }
            *link = child->next;
            child->parent = root;
            child->next = last->next;
            last->next = child;
            last = child;
            any = true;
        }
    }
    return any;
}
