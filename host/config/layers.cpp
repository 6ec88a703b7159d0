#include "config/layers.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "base/value_words.hpp"
#include "config/document.hpp"
#include "config/read_file.hpp"
#include "config/structure.hpp"
#include "config/syntax_error.hpp"

namespace dream::config {

namespace {

constexpr const char* local_name = "dream.local.json";
constexpr std::size_t most_levels = 16;
constexpr std::size_t most_files = 64;
/// A file counts each time that it is merged: so often it is kept.
constexpr const char* too_much = "the files that are merged have more than 16 MiB together";

/// What makes a text unfit for the parser, which would silently stop at a NUL. False: something does.
bool check_bytes(const SourceText& source, ProblemList& problems) {
  const std::string_view text = source.text();
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    problems.add({Severity::error,
                  {nul + source.base()},
                  {},
                  "a NUL byte in the file",
                  "dream.json is a text in UTF-8"});
  }
  const std::size_t invalid = find_invalid_utf8(text);
  if (invalid != std::string_view::npos) {
    problems.add(
        {Severity::error,
         {invalid + source.base()},
         {},
         fmt::format("the byte 0x{:02x} is not valid UTF-8", static_cast<unsigned char>(text[invalid])),
         "save the file as UTF-8"});
  }
  return nul == std::string_view::npos && invalid == std::string_view::npos;
}

}  // namespace

Layers::Layers(const std::filesystem::path& file, const Outside& outside, Sources& sources,
               ProblemList& problems)
    : file_(file), root_(file.parent_path()), outside_(outside), sources_(sources), problems_(problems) {}

std::unique_ptr<Tree> Layers::read(std::string text) {
  bytes_ = text.size();
  std::unique_ptr<Tree> tree = parse(file_.string(), std::move(text));
  struct stat status {};
  const bool extends = tree && tree->root().IsObject() && tree->find(tree->root(), "extends") != nullptr;
  if (extends && outside_.files && ::stat(file_.c_str(), &status) == 0)
    open_.push_back({status.st_dev, status.st_ino, file_.filename().string()});
  tree = with_extended(std::move(tree));
  open_.clear();
  if (outside_.files) add_local(tree);
  return is_broken_ ? nullptr : std::move(tree);
}

std::unique_ptr<Tree> Layers::parse(std::string name, std::string text) {
  SourceText& source = sources_.add(std::move(name), std::move(text));
  const bool is_first = ++files_ == 1;
  std::unique_ptr<Tree> tree;
  if (check_bytes(source, problems_)) tree = std::make_unique<Tree>(source);
  if (tree && tree->error() != rapidjson::kParseErrorNone) {
    problems_.add(syntax_error(*tree));
    tree.reset();
  }
  is_broken_ = is_broken_ || !tree;
  if (!tree) return nullptr;
  check_structure(*tree, problems_);
  // Of dream.json the reader tells that.
  if (is_first || tree->root().IsObject()) return tree;
  problems_.add({Severity::error,
                 tree->offset_of(tree->root()),
                 {},
                 "expected an object, found " + value_words(tree->root()),
                 {}});
  return nullptr;
}

std::unique_ptr<Tree> Layers::with_extended(std::unique_ptr<Tree> own) {
  const Member* extends = own && own->root().IsObject() ? own->find(own->root(), "extends") : nullptr;
  if (extends == nullptr) return own;
  std::unique_ptr<Tree> lower;
  const Place root(own->root());
  const Place place(root, extends->name);
  if (!extends->value.IsArray()) {
    extend(place, extends->value, *own, lower);
  } else {
    std::size_t index = 0;
    for (const Json& path : extends->value.GetArray()) extend(Place(place, path, index++), path, *own, lower);
  }
  if (!lower) return own;
  lower->put_over(std::move(own), problems_);
  return lower;
}

void Layers::extend(const Place& place, const Json& path, const Tree& tree, std::unique_ptr<Tree>& lower) {
  const Problem at{Severity::error, place.offset(tree), place.shown_pointer(), {}, {}};
  if (!path.IsString() || path.GetStringLength() == 0 || text_of(path).find('\0') != std::string_view::npos)
    return refuse(at, "expected the path of a file or an array of them, found " + value_words(path), {});
  const std::filesystem::path written(text_of(path));
  const std::filesystem::path normal = written.lexically_normal();
  constexpr const char* from_root = "files are named by their path from the folder of dream.json";
  if (written.is_absolute()) return refuse(at, in_quotes(text_of(path)) + " is an absolute path", from_root);
  if (*normal.begin() == "..")
    return refuse(at, in_quotes(text_of(path)) + " leads out of the workspace", from_root);
  if (!outside_.files) return;
  const std::optional<FoundFile> found = find(normal, at);
  if (!found) return;
  const auto is_same = [&](const Open& open) {
    return open.device == found->status.st_dev && open.inode == found->status.st_ino;
  };
  const auto first = std::ranges::find_if(open_, is_same);
  if (first != open_.end()) {
    std::string circle;
    for (auto open = first; open != open_.end(); ++open) circle += in_quotes(open->name) + " extends ";
    return refuse(at, "a circle: " + circle + in_quotes(first->name), "take one of these out");
  }
  if (open_.size() > most_levels || files_ >= most_files)
    return refuse(at,
                  open_.size() > most_levels
                      ? fmt::format("files extend one another over more than {} levels", most_levels)
                      : fmt::format("more than {} files are merged", most_files),
                  {});
  Result<std::string> text = read_file(*found, root_ / normal, {.size = Document::max_size});
  if (!text) return refuse(at, text.error().where + ": " + text.error().message, text.error().hint);
  if (!has_room_for(*text)) return refuse(at, too_much, {});
  open_.push_back({found->status.st_dev, found->status.st_ino, normal.string()});
  if (std::ranges::find(extended_, normal.string()) == extended_.end()) extended_.push_back(normal.string());
  std::unique_ptr<Tree> layer = with_extended(parse((root_ / normal).string(), std::move(*text)));
  open_.pop_back();
  if (lower && layer)
    lower->put_over(std::move(layer), problems_);
  else if (layer)
    lower = std::move(layer);
}

std::optional<FoundFile> Layers::find(const std::filesystem::path& path, const Problem& at) {
  Result<std::optional<FoundFile>> found = outside_.files->find(root_ / path);
  if (found && !*found) found = no_such_file(root_ / path);
  // The local file is its user's own, and may be a link to where such files are kept.
  if (found && path != local_name && !is_in_workspace(**found))
    found = Error{
        ErrorCode::configuration, "leads out of the workspace: it is " + printable((*found)->path.string()),
        printable((root_ / path).string()), "files outside of the folder of dream.json can't be extended"};
  if (found) return std::move(*found);
  refuse(at, found.error().where + ": " + found.error().message, found.error().hint);
  return std::nullopt;
}

bool Layers::has_room_for(const std::string& text) {
  bytes_ += text.size();
  return bytes_ <= Document::max_size;
}

bool Layers::is_in_workspace(const FoundFile& file) {
  const auto root = find_file(root_.empty() ? "." : root_);
  if (!root || !*root) return false;
  const std::filesystem::path& real = (*root)->path;
  return std::mismatch(real.begin(), real.end(), file.path.begin(), file.path.end()).first == real.end();
}

void Layers::add_local(std::unique_ptr<Tree>& tree) {
  const std::filesystem::path file = root_ / local_name;
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0 && errno == ENOENT) return;
  const Problem at{Severity::error, {}, {}, {}, {}};
  const std::optional<FoundFile> found = find(local_name, at);
  if (!found) return;
  Result<std::string> text = read_file(*found, file, {.size = Document::max_size});
  if (!text) return refuse(at, text.error().where + ": " + text.error().message, text.error().hint);
  if (!has_room_for(*text)) return refuse(at, too_much, {});
  std::unique_ptr<Tree> local = parse(file.string(), std::move(*text));
  open_.push_back({found->status.st_dev, found->status.st_ino, local_name});
  local = with_extended(std::move(local));
  open_.clear();
  if (tree && tree->root().IsObject() && local) tree->put_over(std::move(local), problems_);
}

void Layers::refuse(Problem at, std::string message, std::string hint) {
  at.message = std::move(message);
  at.hint = std::move(hint);
  problems_.add(std::move(at));
}

}  // namespace dream::config
