#include "cli/classify/classify_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "cli/classify/net_array.h"
#include "cli/command_end.h"
#include "cli/input_shapes.h"
#include "cli/text_file.h"
#include "core/task/window_layout.h"
#include "core/text.h"
#include "nn/model.h"

namespace biglittle {
namespace {

constexpr std::int64_t kMaxBatch = 32;

// A model that is loaded as the arrays need it.
struct Loaded {
  nn::Model model;
  bool whole = false;  // the arrays are the inputs, not samples of them
};

// The array for each of the model's inputs, in their order.
absl::StatusOr<std::vector<NetArray>> LoadArrays(const ClassifyOptions& options,
                                                 const std::vector<nn::DeclaredInput>& declared) {
  std::vector<std::string> names;
  for (const nn::DeclaredInput& input : declared) names.push_back(Quoted(input.name));
  std::map<std::string, std::filesystem::path> files;
  for (const std::string& text : options.inputs) {
    const auto named = std::ranges::find_if(declared, [&](const nn::DeclaredInput& input) {
      return text.starts_with(input.name + "=");
    });
    const bool has_name = named != declared.end();
    if (!has_name && (declared.size() > 1 || options.inputs.size() > 1)) {
      return absl::InvalidArgumentError(
          fmt::format("--input {} does not name its input: write NAME=FILE for each of {}",
                      Quoted(text), fmt::join(names, ", ")));
    }
    const std::string& name = has_name ? named->name : declared[0].name;
    const std::string path = has_name ? text.substr(name.size() + 1) : text;
    if (!files.emplace(name, path).second) {
      return absl::InvalidArgumentError(fmt::format("--input {} is given twice", Quoted(name)));
    }
  }
  std::vector<NetArray> arrays;
  for (const nn::DeclaredInput& input : declared) {
    const auto file = files.find(input.name);
    if (file == files.end()) {
      return absl::InvalidArgumentError(
          fmt::format("{} has the inputs {}: give each with --input NAME=FILE, {} is missing",
                      options.model.string(), fmt::join(names, ", "), Quoted(input.name)));
    }
    absl::StatusOr<NetArray> array = LoadNetArray(file->second);
    if (!array.ok()) return array.status();
    arrays.push_back(*std::move(array));
  }
  return arrays;
}

// Shapes for the inputs whose file leaves sizes open and --shape says nothing: the array's, of one
// sample.
nn::InputShapes Completed(const std::vector<nn::DeclaredInput>& declared,
                          const std::vector<NetArray>& arrays, nn::InputShapes shapes) {
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const auto& shape = declared[i].shape;
    const bool open = !shape || std::find(shape->begin() + (shape->empty() ? 0 : 1), shape->end(),
                                          0) != shape->end();
    if (!open || shapes.contains(declared[i].name) || arrays[i].shape.empty()) continue;
    if (shape && shape->size() != arrays[i].shape.size()) continue;
    Shape one = arrays[i].shape;
    one[0] = shape && (*shape)[0] > 0 ? (*shape)[0] : 1;
    shapes[declared[i].name] = std::move(one);
  }
  return shapes;
}

// What one invocation with the whole arrays takes; empty if they are not as the file says.
nn::InputShapes WholeShapes(const std::vector<nn::DeclaredInput>& declared,
                            const std::vector<NetArray>& arrays, const nn::InputShapes& given) {
  nn::InputShapes shapes;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const auto said = given.find(declared[i].name);
    const auto& shape = declared[i].shape;
    // One number may be written with a dimension or without.
    const bool number = shape && arrays[i].values.size() == 1 &&
                        std::ranges::all_of(*shape, [](std::int64_t d) { return d <= 1; });
    const Shape found = number ? Shape(shape->size(), 1) : arrays[i].shape;
    if (said != given.end() && said->second != found) return {};
    if (shape && shape->size() != found.size()) return {};
    for (std::size_t k = 0; shape && k < found.size(); ++k) {
      if ((*shape)[k] > 0 && (*shape)[k] != found[k]) return {};
    }
    shapes[declared[i].name] = found;
  }
  return shapes;
}

// The inputs that are one integer, with what they are given.
nn::InputValues SingleIntegers(const std::vector<nn::DeclaredInput>& declared,
                               const std::vector<NetArray>& arrays) {
  nn::InputValues values;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if (declared[i].of_integers && arrays[i].values.size() == 1) {
      values[declared[i].name] = arrays[i].values;
    }
  }
  return values;
}

// Together if the net can; else with the whole arrays at once, as the file says them; else sample
// by sample.
absl::StatusOr<Loaded> LoadFor(const ClassifyOptions& options,
                               const std::vector<nn::DeclaredInput>& declared,
                               const std::vector<NetArray>& arrays, const nn::InputShapes& given) {
  const nn::InputShapes shapes = Completed(declared, arrays, given);
  auto together = nn::Model::Load(options.model, {}, nn::Shapes::kTogether, shapes);
  if (together.ok()) return Loaded{*std::move(together), false};
  const nn::InputShapes whole = WholeShapes(declared, arrays, given);
  if (!whole.empty()) {
    auto at_once = nn::Model::Load(options.model, {}, nn::Shapes::kFixed, whole);
    if (at_once.ok()) return Loaded{*std::move(at_once), true};
  }
  auto apart = nn::Model::Load(options.model, {}, nn::Shapes::kBatched, shapes);
  if (apart.ok()) return Loaded{*std::move(apart), false};
  // A branch that a sample rate decides: what such an input is given holds for the whole run.
  const nn::InputValues values = SingleIntegers(declared, arrays);
  if (!values.empty() && !whole.empty()) {
    auto known = nn::Model::Load(options.model, {}, nn::Shapes::kFixed, whole, values);
    if (known.ok()) return Loaded{*std::move(known), true};
  }
  return apart.status();
}

// The arrays of the inputs that the model still has.
std::vector<NetArray> InOrderOf(const nn::Model& model,
                                const std::vector<nn::DeclaredInput>& declared,
                                std::vector<NetArray>& all) {
  std::vector<NetArray> arrays;
  for (const nn::Port& port : model.inputs()) {
    const auto place = std::ranges::find(declared, port.name, &nn::DeclaredInput::name);
    arrays.push_back(std::move(all[static_cast<std::size_t>(place - declared.begin())]));
  }
  return arrays;
}

bool TakesMissingValues(const nn::Model& model) {
  return std::ranges::any_of(model.info().operators, [](const std::string& name) {
    return name == "Imputer" || name.starts_with("TreeEnsemble");
  });
}

absl::Status CheckNumbers(const nn::Model& model, const std::vector<NetArray>& arrays) {
  if (TakesMissingValues(model)) return absl::OkStatus();
  for (const NetArray& array : arrays) {
    const auto bad = std::ranges::find_if(array.values, [](float v) { return !std::isfinite(v); });
    if (bad == array.values.end()) continue;
    return absl::InvalidArgumentError(fmt::format("{}: element {} is not a finite number",
                                                  array.path.string(), bad - array.values.begin()));
  }
  return absl::OkStatus();
}

// How many samples the arrays hold: [N, ...] where ... has the layout that the model takes.
absl::StatusOr<std::size_t> CountSamples(const ClassifyOptions& options, const Loaded& loaded,
                                         const std::vector<NetArray>& arrays) {
  if (loaded.whole) return 1;
  std::optional<std::size_t> samples;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const nn::Port& port = loaded.model.inputs()[i];
    const Shape& shape = arrays[i].shape;
    const Shape rest(shape.begin() + (shape.empty() ? 0 : 1), shape.end());
    std::size_t count = shape.empty() ? 1 : static_cast<std::size_t>(shape[0]);
    // The whole of an input that has no dimension for the samples, or a single number.
    const bool one = SameLayout(shape, port.shape) &&
                     static_cast<std::int64_t>(arrays[i].values.size()) == port.elements;
    const bool apart = !loaded.model.info().one_by_one.empty();
    if (!SameLayout(rest, port.shape)) {
      if (!one || !apart) {
        return absl::InvalidArgumentError(fmt::format(
            "{} has shape {}, {} takes Nx{}{}{}", arrays[i].path.string(), ToString(shape),
            options.model.string(), ToString(port.shape),
            arrays.size() > 1 ? " for " + Quoted(port.name) : "", LayoutMend(rest, port.shape, 1)));
      }
      count = 1;
    }
    if (samples && *samples != count) {
      return absl::InvalidArgumentError(fmt::format("{} has {} samples, {} has {}",
                                                    arrays[0].path.string(), *samples,
                                                    arrays[i].path.string(), count));
    }
    samples = count;
  }
  return *samples;
}

// The indices of the outputs to print: the one that was named, else all.
absl::StatusOr<std::vector<std::size_t>> ChosenOutputs(const ClassifyOptions& options,
                                                       const nn::Model& model) {
  std::vector<std::size_t> chosen;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < model.outputs().size(); ++i) {
    names.push_back(Quoted(model.outputs()[i].name));
    if (!options.output || *options.output == model.outputs()[i].name) chosen.push_back(i);
  }
  if (!chosen.empty()) return chosen;
  return absl::InvalidArgumentError(fmt::format("{} has no output {}; --output may be {}",
                                                options.model.string(), Quoted(*options.output),
                                                fmt::join(names, ", ")));
}

// What the reader of the numbers must know of them.
void TellWhatIsPrinted(const nn::Model& model, const std::vector<std::size_t>& chosen,
                       std::ostream& err) {
  std::vector<std::string> names;
  for (const std::size_t i : chosen) names.push_back(Quoted(model.outputs()[i].name));
  fmt::print(err,
             "biglittle classify: the input goes into the net as it is, no task normalises it; "
             "printed: {}{}\n",
             fmt::join(names, ", "),
             names.size() > 1
                 ? fmt::format("; 'outputs' and 'classes' are those of {}", names.back())
                 : "");
}

using Rows = std::vector<std::vector<float>>;

// The values of each chosen output, all samples one after the other.
std::vector<std::vector<float>> Classify(const nn::Model& model, nn::Context& context,
                                         const std::vector<NetArray>& arrays, std::size_t samples,
                                         const std::vector<std::size_t>& chosen) {
  std::vector<std::vector<float>> values(chosen.size());
  for (std::size_t first = 0; first < samples;) {
    const auto batch = static_cast<std::int64_t>(
        std::min(samples - first, static_cast<std::size_t>(context.max_batch())));
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      const auto elements = static_cast<std::size_t>(model.inputs()[i].elements);
      const auto from = std::span(arrays[i].values).subspan(first * elements);
      const std::span<float> to = context.input(batch, static_cast<std::int64_t>(i));
      std::ranges::copy(from.first(to.size()), to.begin());
    }
    context.Invoke(batch);
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      const auto output = context.output(batch, static_cast<std::int64_t>(chosen[k]));
      values[k].insert(values[k].end(), output.begin(), output.end());
    }
    first += static_cast<std::size_t>(batch);
  }
  return values;
}

// One row a sample; of whole arrays one a position of the output's first dimension, as far as the
// first input has as many.
Rows RowsOf(const Loaded& loaded, const std::vector<NetArray>& arrays, const nn::Port& port,
            const std::vector<float>& values) {
  auto elements = static_cast<std::size_t>(port.elements);
  const Shape& input = arrays[0].shape;
  if (loaded.whole && !port.shape.empty() && !input.empty() && port.shape[0] == input[0]) {
    elements /= static_cast<std::size_t>(port.shape[0]);
  }
  Rows rows;
  for (std::size_t at = 0; at < values.size(); at += elements) {
    const auto row = values.begin() + static_cast<std::ptrdiff_t>(at);
    rows.emplace_back(row, row + static_cast<std::ptrdiff_t>(elements));
  }
  return rows;
}

// As the file's type has it: numbers, integers or texts.
nlohmann::json ToJson(const nn::Port& port, const Rows& rows) {
  nlohmann::json json = nlohmann::json::array();
  for (const std::vector<float>& row : rows) {
    nlohmann::json values = nlohmann::json::array();
    for (const float value : row) {
      const auto place = static_cast<std::size_t>(std::max(value, 0.0F));
      if (place < port.texts.size()) {
        values.push_back(port.texts[place]);
      } else if (port.type != "float32" && std::isfinite(value)) {
        values.push_back(static_cast<std::int64_t>(value));
      } else {
        values.push_back(value);
      }
    }
    json.push_back(std::move(values));
  }
  return json;
}

std::string ToJson(const Loaded& loaded, const std::vector<NetArray>& arrays,
                   const std::vector<std::size_t>& chosen,
                   const std::vector<std::vector<float>>& values) {
  nlohmann::json json;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const nn::Port& port = loaded.model.outputs()[chosen[k]];
    const Rows rows = RowsOf(loaded, arrays, port, values[k]);
    json["named_outputs"][port.name] = ToJson(port, rows);
    if (k + 1 < chosen.size()) continue;
    json["outputs"] = ToJson(port, rows);
    json["classes"] = nlohmann::json::array();
    for (const std::vector<float>& row : rows) {
      json["classes"].push_back(std::ranges::max_element(row) - row.begin());
    }
  }
  // A model's names may be no UTF-8.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

absl::Status Run(const ClassifyOptions& options, std::ostream& out, std::ostream& err) {
  const auto given = ParseInputShapes(options.shapes);
  if (!given.ok()) return given.status();
  const auto declared = nn::Model::Declared(options.model);
  if (!declared.ok()) return declared.status();
  auto all = LoadArrays(options, *declared);
  if (!all.ok()) return all.status();
  const absl::StatusOr<Loaded> loaded = LoadFor(options, *declared, *all, *given);
  if (!loaded.ok()) return loaded.status();
  const nn::Model& model = loaded->model;
  const std::vector<NetArray> arrays = InOrderOf(model, *declared, *all);
  const auto chosen = ChosenOutputs(options, model);
  if (!chosen.ok()) return chosen.status();
  const auto samples = CountSamples(options, *loaded, arrays);
  if (!samples.ok()) return samples.status();
  if (absl::Status s = CheckNumbers(model, arrays); !s.ok()) return s;
  const std::int64_t batch =
      loaded->whole ? 1 : std::min(kMaxBatch, static_cast<std::int64_t>(*samples));
  absl::StatusOr<nn::Context> context = model.Prepare({.max_batch = batch});
  if (!context.ok()) return context.status();

  TellWhatIsPrinted(model, *chosen, err);
  const std::string json =
      ToJson(*loaded, arrays, *chosen, Classify(model, *context, arrays, *samples, *chosen));
  if (!options.json.empty()) return WriteTextFile(options.json, json);
  out << json;
  return absl::OkStatus();
}

}  // namespace

int RunClassify(const ClassifyOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("classify", Run(options, out, err), err);
}

}  // namespace biglittle
