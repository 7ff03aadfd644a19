// The answer to a batch of writes: which result or error belongs to which input. HubSpot echoes each input's
// trace id (our key); the order of an answer means nothing. Pure.
#pragma once

#include "objects.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace navette::hubspot {

/// Where an operation stands in the batch, and what is sent for it.
struct Row {
    std::size_t at;  // its place in the batch
    std::string trace;
    std::string id;  // what HubSpot finds the record by
    json::object input;
};

class BatchAnswer {
  public:
    /// Borrows the body.
    explicit BatchAnswer(const json::value& body);

    /// The row's result: by the trace id, else, where a result has none, by the id that was sent, as the
    /// record's own or as the value of the unique property. Null where the answer has none.
    [[nodiscard]] const json::value* result_of(const Row& row) const;
    /// The error that names the row's trace id; null where none does.
    [[nodiscard]] const json::value* error_of(const Row& row) const;

    /// The only result of an answer without errors; the only error of one without results. Null otherwise.
    [[nodiscard]] const json::value* only_result() const;
    [[nodiscard]] const json::value* only_error() const;

  private:
    using ByTrace = std::unordered_map<std::string_view, const json::value*>;

    const json::array& results_;
    const json::array& errors_;
    ByTrace traced_;
    ByTrace refused_;
    std::vector<const json::value*> untraced_;
};

}  // namespace navette::hubspot
