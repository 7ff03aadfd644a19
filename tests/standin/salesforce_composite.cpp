#include "tests/standin/salesforce_composite.hpp"

#include "tests/standin/url.hpp"

#include <boost/json.hpp>

#include <set>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostParts = 25;
constexpr std::size_t kMostGraphs = 75;
constexpr std::size_t kMostNodes = 500;
constexpr std::size_t kMostFailedGraphs = 14;

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::array* list_of(const json::value& value, std::string_view name) {
    const auto* object = value.if_object();
    const auto* list = object == nullptr ? nullptr : object->if_contains(name);
    return list == nullptr ? nullptr : list->if_array();
}

const SalesforceError kHalted{
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed."
};

json::object response_of(const SalesforceAnswer& answer, const std::string& reference) {
    json::object response;
    response["body"] = answer.has_body ? answer.body : json::value();
    response["httpHeaders"] = json::object();
    response["httpStatusCode"] = answer.status;
    response["referenceId"] = reference;
    return response;
}

/// Puts what "@{ref.id}" stands for into a text; false where there is no such thing.
bool resolve(std::string& text, const std::map<std::string, json::value>& earlier) {
    for (auto begin = text.find("@{"); begin != std::string::npos; begin = text.find("@{", begin)) {
        const auto end = text.find('}', begin);
        const auto name = text.substr(begin + 2, end - begin - 2);
        const auto dot = name.find('.');
        const auto found = earlier.find(name.substr(0, dot));
        const auto* body = found == earlier.end() ? nullptr : found->second.if_object();
        const auto value = body == nullptr || dot == std::string::npos ? std::string()
                                                                       : text_of(*body, name.substr(dot + 1));
        if (end == std::string::npos || value.empty()) {
            return false;
        }
        text.replace(begin, end + 1 - begin, value);
    }
    return true;
}

bool resolve(json::value& value, const std::map<std::string, json::value>& earlier) {
    if (value.is_string()) {
        std::string text(value.get_string());
        const bool is_well = resolve(text, earlier);
        value = text;
        return is_well;
    }
    bool all_well = true;
    if (auto* object = value.if_object()) {
        for (auto& [name, member] : *object) {
            all_well = resolve(member, earlier) && all_well;
        }
    }
    return all_well;
}

}  // namespace

SalesforceAnswer SalesforceComposite::answer(const SalesforceCall& call) {
    if (call.method != "POST") {
        return wrong_method(call.method);
    }
    if (call.path.size() == 1) {
        return composite(call);
    }
    return call.part(1) == "graph" ? graphs(call) : no_such_resource();
}

SalesforceAnswer SalesforceComposite::part(
    const json::object& request, const std::map<std::string, json::value>& earlier, const SalesforceCall& call
) {
    SalesforceCall inner;
    auto url = text_of(request, "url");
    const auto* body = request.if_contains("body");
    inner.body = body == nullptr ? json::value() : *body;
    if (!resolve(url, earlier) || !resolve(inner.body, earlier)) {
        return refused_call(400, kHalted);
    }
    const auto base = call.address("");
    if (!url.starts_with(base + "/")) {
        return refused_call(404, {"NOT_FOUND", "The requested resource does not exist"});
    }
    const auto mark = url.find('?');
    inner.method = text_of(request, "method");
    inner.version = call.version;
    inner.allow_duplicates = call.allow_duplicates;
    inner.path = salesforce_segments(std::string_view(url).substr(base.size(), mark - base.size()));
    if (mark != std::string::npos) {
        inner.query = query_parameters(std::string_view(url).substr(mark + 1));
    }
    if (inner.part(0) == "composite" && inner.part(1) != "sobjects") {
        return refused_call(400, {"INVALID_INPUT", "a composite call holds no other composite call"});
    }
    return answer_part_(inner);
}

SalesforceComposite::Parts SalesforceComposite::carry_out(
    const json::array& requests, bool all_or_none, const SalesforceCall& call
) {
    Parts parts;
    std::map<std::string, json::value> earlier;
    std::vector<SalesforceAnswer> answers;
    if (all_or_none) {
        org_.begin();
    }
    for (const auto& item : requests) {
        const auto& request = item.as_object();
        if (all_or_none && !parts.all_well) {
            answers.push_back(refused_call(400, kHalted));
            continue;
        }
        answers.push_back(part(request, earlier, call));
        if (answers.back().status >= 200 && answers.back().status < 300) {
            earlier[text_of(request, "referenceId")] = answers.back().body;
        } else {
            parts.all_well = false;
        }
    }
    if (all_or_none && parts.all_well) {
        org_.commit();
    } else if (all_or_none) {
        org_.rollback();
    }
    for (std::size_t at = 0; at < answers.size(); ++at) {
        const bool was_undone = all_or_none && !parts.all_well && answers[at].status < 300;
        parts.responses.emplace_back(response_of(
            was_undone ? refused_call(400, kHalted) : answers[at],
            text_of(requests[at].as_object(), "referenceId")
        ));
    }
    return parts;
}

SalesforceAnswer SalesforceComposite::composite(const SalesforceCall& call) {
    const auto* requests = list_of(call.body, "compositeRequest");
    if (requests == nullptr || requests->empty()) {
        return refused_call(400, {"JSON_PARSER_ERROR", "the body lacks its compositeRequest"});
    }
    if (requests->size() > kMostParts) {
        return refused_call(
            400, {"LIMIT_EXCEEDED", "The maximum number of operations in a composite request is 25"}
        );
    }
    std::set<std::string> references;
    for (const auto& request : *requests) {
        const auto reference = request.is_object() ? text_of(request.get_object(), "referenceId") : "";
        if (reference.empty() || !references.insert(reference).second) {
            return refused_call(400, {"INVALID_INPUT", "referenceId is missing or was used before"});
        }
    }
    const auto* all_or_none = call.body.get_object().if_contains("allOrNone");
    auto parts = carry_out(*requests, all_or_none != nullptr && *all_or_none == json::value(true), call);
    return answered(200, json::object{{"compositeResponse", std::move(parts.responses)}});
}

SalesforceAnswer SalesforceComposite::graphs(const SalesforceCall& call) {
    const auto* graphs = list_of(call.body, "graphs");
    if (graphs == nullptr || graphs->empty()) {
        return refused_call(400, {"JSON_PARSER_ERROR", "the body lacks its graphs"});
    }
    std::size_t nodes = 0;
    for (const auto& graph : *graphs) {
        const auto* requests = list_of(graph, "compositeRequest");
        if (requests == nullptr || requests->empty()) {
            return refused_call(400, {"INVALID_INPUT", "a graph lacks its compositeRequest"});
        }
        for (const auto& request : *requests) {
            const auto url = request.is_object() ? text_of(request.get_object(), "url") : "";
            if (!url.starts_with(call.address("/sobjects/"))) {
                return refused_call(400, {"INVALID_INPUT", "a graph holds calls of /sobjects only"});
            }
        }
        nodes += requests->size();
    }
    if (graphs->size() > kMostGraphs || nodes > kMostNodes) {
        return refused_call(400, {"LIMIT_EXCEEDED", "too many graphs or nodes in a composite graph request"});
    }
    std::size_t failed = 0;
    json::array answers;
    for (const auto& graph : *graphs) {
        const auto& requests = *list_of(graph, "compositeRequest");
        Parts parts;
        if (failed < kMostFailedGraphs) {
            parts = carry_out(requests, true, call);
        } else {
            parts.all_well = false;
            for (const auto& request : requests) {
                parts.responses.emplace_back(
                    response_of(refused_call(400, kHalted), text_of(request.as_object(), "referenceId"))
                );
            }
        }
        failed += parts.all_well ? 0 : 1;
        json::object answer;
        answer["graphId"] = text_of(graph.as_object(), "graphId");
        answer["graphResponse"] = json::object{{"compositeResponse", std::move(parts.responses)}};
        answer["isSuccessful"] = parts.all_well;
        answers.emplace_back(std::move(answer));
    }
    return answered(200, json::object{{"graphs", std::move(answers)}});
}

}  // namespace navette::standin
