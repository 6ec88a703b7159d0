#pragma once

// Boost.Process v2 of 1.81 with std::filesystem doesn't include all that it uses: these come first.
#include <boost/asio/detail/throw_error.hpp>
#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
#include <boost/utility/string_view.hpp>
//
#include <boost/process/v2/process.hpp>

namespace dream::process {

/// A child of ours, known by its pidfd. Destroying one that still runs kills and waits: detach() first.
using ProcessHandle = boost::process::v2::process;

}  // namespace dream::process
