// The parts of Asio, Beast and Boost.Process that are compiled once.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
// Boost.Process v2 of 1.81 with std::filesystem doesn't include all that it uses: these come first.
#include <boost/asio/detail/throw_error.hpp>
#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
#include <boost/utility/string_view.hpp>
//
#include <boost/process/v2/process.hpp>
//
#include <boost/process/v2/src.hpp>
