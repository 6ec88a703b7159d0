#include "folder_reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <optional>

namespace dream::life {

namespace {

using plugins::FolderArchive;
using sdk::Result;

// Functions and no closures: what they need lives in their own frames. Asio could hand on only a result that
// can be made from nothing.
Async<void> list_there(FolderArchive& archive, std::optional<Result<std::uint64_t>>& listed) {
  listed = archive.list();
  co_return;
}

Async<void> read_there(FolderArchive& archive, std::optional<Result<std::string>>& piece) {
  piece = archive.next();
  co_return;
}

}  // namespace

Async<Result<std::uint64_t>> FolderReader::list() {
  std::optional<Result<std::uint64_t>> listed;
  co_await asio::co_spawn(thread_, list_there(archive_, listed), asio::use_awaitable);
  co_return *std::move(listed);
}

Async<Result<std::string>> FolderReader::next() {
  std::optional<Result<std::string>> piece;
  co_await asio::co_spawn(thread_, read_there(archive_, piece), asio::use_awaitable);
  co_return *std::move(piece);
}

}  // namespace dream::life
