#pragma once

#include <boost/system/result.hpp>

#include "base/error.hpp"

namespace dream {

/// A value, or the Error that explains why there is none. Never throws: check has_value() before `*result`.
template <class T = void>
using Result = boost::system::result<T, Error>;

}  // namespace dream
