/* All of the C interface: the contract, every service of the host, and every extension of a plugin. */
#ifndef DREAM_DREAM_H
#define DREAM_DREAM_H

#include "abi.h"
#include "ext/depends.h"
#include "ext/describe.h"
#include "ext/discover.h"
#include "ext/health.h"
#include "ext/inside.h"
#include "ext/reap.h"
#include "host/log.h"
#include "host/output.h"
#include "host/paths.h"
#include "host/post.h"
#include "host/process.h"
#include "host/timer.h"
#include "host/work.h"

#endif
