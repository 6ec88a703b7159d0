#include "config/history.hpp"

#include "config/json.hpp"

namespace dream::config {

bool wants_history(const Document& document) {
  const Tree* tree = document.tree();
  if (tree == nullptr || !tree->root().IsObject()) return false;
  const Member* history = tree->find(tree->root(), "history");
  return history != nullptr && history->value.IsTrue();
}

}  // namespace dream::config
