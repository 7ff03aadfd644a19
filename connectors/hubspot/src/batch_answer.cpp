#include "batch_answer.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>

namespace navette::hubspot {

namespace {

const json::value* found(
    const std::unordered_map<std::string_view, const json::value*>& by_trace, const std::string& trace
) {
    const auto at = by_trace.find(trace);
    return at == by_trace.end() ? nullptr : at->second;
}

bool has_id_of(const json::value& result, const Row& row) {
    const auto* by = row.input.if_contains("idProperty");
    if (by == nullptr) {
        return sdk::text_at(result, "id") == row.id;
    }
    const auto* properties = sdk::member_of(result, "properties");
    return properties != nullptr && sdk::text_at(*properties, by->get_string()) == row.id;
}

}  // namespace

BatchAnswer::BatchAnswer(const json::value& body)
    : results_(sdk::list_at(body, "results")), errors_(sdk::list_at(body, "errors")) {
    for (const auto& result : results_) {
        const auto* trace = sdk::member_of(result, "objectWriteTraceId");
        if (trace != nullptr && trace->is_string() && !trace->get_string().empty()) {
            traced_.emplace(trace->get_string(), &result);
        } else {
            untraced_.push_back(&result);
        }
    }
    for (const auto& error : errors_) {
        const auto* context = sdk::member_of(error, "context");
        if (context == nullptr) {
            continue;
        }
        for (const auto& trace : sdk::list_at(*context, "objectWriteTraceId")) {
            if (trace.is_string()) {
                refused_.emplace(trace.get_string(), &error);
            }
        }
    }
}

const json::value* BatchAnswer::result_of(const Row& row) const {
    if (const auto* result = found(traced_, row.trace)) {
        return result;
    }
    const auto at =
        std::ranges::find_if(untraced_, [&](const json::value* result) { return has_id_of(*result, row); });
    return at == untraced_.end() ? nullptr : *at;
}

const json::value* BatchAnswer::error_of(const Row& row) const {
    return found(refused_, row.trace);
}

const json::value* BatchAnswer::only_result() const {
    return results_.size() == 1 && errors_.empty() ? &results_.front() : nullptr;
}

const json::value* BatchAnswer::only_error() const {
    return errors_.size() == 1 && results_.empty() ? &errors_.front() : nullptr;
}

}  // namespace navette::hubspot
