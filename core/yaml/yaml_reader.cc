#include "core/yaml/yaml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <istream>
#include <optional>
#include <streambuf>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "core/text.h"
#include "core/yaml/yaml_tag.h"
#include "core/yaml/yaml_trouble.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxTagProblems = 100;
constexpr std::string_view kHowToShrink =
    "; in a fleet file one entry with 'count' and an 'id' like pump-{n} stands for all devices "
    "that "
    "are alike";

// Where a limit ends the parse; caught in ParseYaml.
struct LimitReached {
  int line;
  int column;
  std::string message;
};

// Receives yaml-cpp's events and grows the tree. yaml-cpp's own node tree is not used: it drops
// repeated keys and unfolds aliases without a bound.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(YamlDocument& document, const std::string& file) : document_(document), file_(file) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (document_.root != nullptr) {
      throw LimitReached{mark.line + 1, mark.column + 1,
                         "a second document begins here; a file is one document"};
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode* node = Create(YamlNode::Kind::kNothing, mark, anchor);
    // The mark of a value that is left out is that of whatever comes next.
    const YamlNode* key = levels_.empty() ? nullptr : levels_.back().key;
    if (key != nullptr && key->line != node->line) {
      node->line = key->line;
      node->column = key->column;
    }
    Attach(node, 1);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end() || found->second.nodes == 0) {
      throw LimitReached{mark.line + 1, mark.column + 1, "an alias inside its own anchor"};
    }
    CheckSize(found->second.nodes, mark);
    Attach(found->second.node, found->second.nodes);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode* node = Create(YamlNode::Kind::kScalar, mark, anchor);
    node->text = value;
    TakeTag(tag, *node);
    Attach(node, 1);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    YamlNode* node = Create(YamlNode::Kind::kSequence, mark, anchor);
    TakeTag(tag, *node);
    Open(node, mark, anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    YamlNode* node = Create(YamlNode::Kind::kMap, mark, anchor);
    TakeTag(tag, *node);
    Open(node, mark, anchor);
  }
  void OnMapEnd() override { Close(); }

  // What is wrong with tags; the tree is whole all the same.
  std::vector<Diagnostic> TakeProblems() { return std::move(problems_); }

 private:
  struct Anchored {
    const YamlNode* node = nullptr;
    std::size_t nodes = 0;  // with aliases unfolded; 0 while the node is still open
  };
  struct Level {
    YamlNode* node;
    YAML::anchor_t anchor;
    const YamlNode* key = nullptr;  // read, and still without its value
    std::size_t nodes = 1;
  };

  YamlNode* Create(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    CheckSize(1, mark);
    YamlNode& node = document_.nodes.emplace_back();
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    const bool leaf = kind == YamlNode::Kind::kNothing || kind == YamlNode::Kind::kScalar;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {&node, leaf ? 1U : 0U};
    return &node;
  }

  void TakeTag(const std::string& tag, YamlNode& node) {
    auto problem = ApplyTag(tag, node);
    if (problem && problems_.size() < kMaxTagProblems) {
      problems_.push_back({file_, node.line, node.column, *std::move(problem)});
    }
  }

  void CheckSize(std::size_t added, const YAML::Mark& mark) {
    total_ += added;
    if (total_ > kMaxYamlNodes) {
      throw LimitReached{
          mark.line + 1, mark.column + 1,
          fmt::format("more than {} values, aliases unfolded{}", kMaxYamlNodes, kHowToShrink)};
    }
  }

  void Open(YamlNode* node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (levels_.size() >= kMaxYamlDepth) {
      throw LimitReached{mark.line + 1, mark.column + 1,
                         fmt::format("nested more than {} deep", kMaxYamlDepth)};
    }
    levels_.push_back({.node = node, .anchor = anchor});
  }

  void Close() {
    const Level closed = levels_.back();
    levels_.pop_back();
    if (closed.anchor != YAML::NullAnchor) anchors_[closed.anchor].nodes = closed.nodes;
    Attach(closed.node, closed.nodes);
  }

  void Attach(const YamlNode* node, std::size_t nodes) {
    if (levels_.empty()) {
      document_.root = node;
      return;
    }
    Level& level = levels_.back();
    level.nodes += nodes;
    if (level.node->kind == YamlNode::Kind::kSequence) {
      level.node->items.push_back(node);
    } else if (level.key == nullptr) {
      level.key = node;
    } else {
      level.node->entries.push_back({std::exchange(level.key, nullptr), node});
    }
  }

  YamlDocument& document_;
  const std::string& file_;
  std::vector<Diagnostic> problems_;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;
  std::vector<Level> levels_;
  std::size_t total_ = 0;
};

// Reads a string_view in place; a std::istringstream would copy it.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // the get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

std::vector<Diagnostic> Parse(std::string_view text, const std::string& file,
                              YamlDocument& document) {
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    TreeBuilder builder(document, file);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.TakeProblems();
  } catch (const LimitReached& limit) {
    return {{file, limit.line, limit.column, limit.message}};
  } catch (const YAML::Exception& error) {
    if (error.mark.is_null()) return {{file, 0, 0, "not valid YAML: " + error.msg}};
    const int line = error.mark.line + 1;
    if (const auto cause = InvisibleCause(text, line)) {
      return {{file, cause->line, cause->column, "not valid YAML: " + cause->message}};
    }
    return {{file, line, error.mark.column + 1, "not valid YAML: " + error.msg}};
  } catch (const std::exception& error) {
    return {{file, 0, 0, fmt::format("not valid YAML: {}", error.what())}};
  }
}

}  // namespace

Parsed<YamlDocument> ParseYaml(std::string_view text, const std::string& file) {
  Parsed<YamlDocument> parsed;
  if (text.size() > kMaxYamlBytes) {
    parsed.problems.push_back(
        {file, 0, 0,
         fmt::format("larger than {} bytes, which is the limit{}", kMaxYamlBytes, kHowToShrink)});
    return parsed;
  }
  if (const auto bad = FirstUnprintable(text)) {
    const std::string_view before = text.substr(0, *bad);
    const auto line = std::count(before.begin(), before.end(), '\n');
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    parsed.problems.push_back({file, static_cast<int>(line) + 1,
                               static_cast<int>(*bad - line_start) + 1,
                               "a control character, or not UTF-8; save the file as UTF-8 text"});
    return parsed;
  }
  YamlDocument document;
  parsed.problems = Parse(text, file, document);
  if (!parsed.problems.empty()) return parsed;
  if (document.root == nullptr) {
    YamlNode& nothing = document.nodes.emplace_back();
    nothing.line = nothing.column = 1;
    document.root = &nothing;
  }
  parsed.value = std::move(document);
  return parsed;
}

Parsed<std::string> ReadTextFile(const std::filesystem::path& path) {
  const auto problem = [&](std::string message) {
    Parsed<std::string> parsed;
    parsed.problems.push_back({path.string(), 0, 0, std::move(message)});
    return parsed;
  };
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return problem("no such file");
  // Reading a folder or a pipe would fail late or never end.
  if (!std::filesystem::is_regular_file(status)) return problem("not a regular file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return problem("cannot be opened; check its permissions");
  std::string text(kMaxYamlBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return problem("cannot be read");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMaxYamlBytes) {
    return problem(
        fmt::format("larger than {} bytes, which is the limit{}", kMaxYamlBytes, kHowToShrink));
  }
  Parsed<std::string> parsed;
  parsed.value = std::move(text);
  return parsed;
}

}  // namespace biglittle
