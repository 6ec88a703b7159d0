/* All of the C border: the contract and every service of the host. */
#ifndef DREAM_DREAM_H
#define DREAM_DREAM_H

#include "abi.h"
#include "host/log.h"
#include "host/output.h"
#include "host/process.h"
#include "host/timer.h"

#endif
