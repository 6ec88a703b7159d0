// The one place where Asio's and Boost.Process's function bodies are compiled (see
// packaging/cmake/compile.cmake).
#include <boost/asio/impl/src.hpp>
//
#include "process/boost_process.hpp"
//
#include <boost/process/v2/src.hpp>
