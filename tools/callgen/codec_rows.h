/**
 * codec_rows: the rows of the table in codec.c, each defined in its codec's file. Private to this
 * folder.
 */
#ifndef RECORDER_CALLGEN_CODEC_ROWS_H
#define RECORDER_CALLGEN_CODEC_ROWS_H

#include "tools/callgen/codec.h"

extern const struct codec codec_pcma;
extern const struct codec codec_pcmu;
extern const struct codec codec_g722;
extern const struct codec codec_l16;
extern const struct codec codec_gsm;
extern const struct codec codec_opus;

#endif
