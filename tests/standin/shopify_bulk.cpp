#include "tests/standin/shopify_bulk.hpp"

#include "tests/standin/shopify_bulk_query.hpp"
#include "tests/standin/shopify_execution.hpp"
#include "tests/standin/shopify_resolvers.hpp"
#include "tests/standin/shopify_validation.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <numeric>
#include <random>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace navette::standin {

namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kConcurrent = 5;
constexpr auto kNoRoom = "Bulk operations limit reached. Please try again later.";

json::value refusal(const char* code, const char* message) {
    return shopify_refusal("bulkOperation", shopify_user_error({}, message, code));
}

}  // namespace

void ShopifyBulk::order(const json::object& switches) {
    Switches wanted;
    for (const auto& [name, value] : switches) {
        const auto number = value.is_int64() ? value.get_int64() : 0;
        if (name == "start_ms") {
            wanted.start = milliseconds(number);
        } else if (name == "line_ms") {
            wanted.line = milliseconds(number);
        } else if (name == "cancel_ms") {
            wanted.cancel = milliseconds(number);
        } else if (name == "fail_after") {
            wanted.fail_after = static_cast<std::size_t>(number);
        } else if (name == "expire") {
            wanted.expire = value == json::value(true);
        } else if (name == "gone") {
            wanted.gone = static_cast<int>(number);
        } else if (name == "refuse") {
            wanted.refuse = std::string(value.as_string());
        } else if (name == "upload_status") {
            wanted.upload_status = static_cast<unsigned>(number);
        } else if (name == "shift") {
            wanted.shift = number;
        } else if (name == "whole") {
            wanted.whole = value == json::value(true);
        } else if (name == "scatter") {
            wanted.scatter = value == json::value(true);
        } else {
            throw std::invalid_argument("bulk: unknown switch " + std::string(name));
        }
    }
    switches_ = std::move(wanted);
}

bool ShopifyBulk::is_running(const Operation& operation) {
    return operation.status == "CREATED" || operation.status == "RUNNING" || operation.status == "CANCELING";
}

bool ShopifyBulk::is_full(bool is_query) const {
    const auto running = std::ranges::count_if(operations_, [&](const Operation& operation) {
        return operation.is_query == is_query && is_running(operation);
    });
    return running >= static_cast<std::ptrdiff_t>(kConcurrent);
}

void ShopifyBulk::carry_out(ShopifyShop& shop, Operation& operation, std::size_t line) {
    if (operation.is_query) {
        operation.results += operation.lines[line] + "\n";
        return;
    }
    json::object result;
    boost::system::error_code error;
    const auto read = json::parse(operation.lines[line], error);
    if (error || !read.is_object()) {
        result["errors"] = json::array{graphql::error("Invalid JSON", "INVALID_JSON")};
    } else if (auto wrong = graphql::validate(operation.parsed, read.get_object()); !wrong.empty()) {
        result["errors"] = std::move(wrong);
    } else {
        auto done = execute(shop, operation.parsed, read.get_object());
        if (!done.errors.empty()) {
            result["errors"] = std::move(done.errors);
        }
        result["data"] = std::move(done.data);
    }
    result["__lineNumber"] = static_cast<std::int64_t>(line) + operation.switches.shift;
    operation.results += json::serialize(result) + "\n";
}

void ShopifyBulk::advance(ShopifyShop& shop) {
    const auto now = Clock::now();
    for (auto& operation : operations_) {
        if (!is_running(operation)) {
            continue;
        }
        const auto& switches = operation.switches;
        const auto until = std::min(now, operation.cancelled.value_or(now) + switches.cancel);
        const auto is_due = [&] {
            const auto lines = static_cast<std::int64_t>(operation.done + 1);
            return operation.began + switches.start + switches.line * lines <= until;
        };
        while (operation.done < operation.lines.size() && is_due()) {
            if (switches.fail_after && operation.done >= *switches.fail_after) {
                operation.status = "FAILED";
                operation.error = "INTERNAL_SERVER_ERROR";
                break;
            }
            carry_out(shop, operation, operation.order[operation.done]);
            ++operation.done;
            operation.status = operation.cancelled ? "CANCELING" : "RUNNING";
        }
        if (!is_running(operation)) {
            continue;
        }
        if (operation.done == operation.lines.size() && now >= operation.began + switches.start) {
            operation.status = switches.expire ? "EXPIRED" : "COMPLETED";
        } else if (operation.cancelled && now >= *operation.cancelled + switches.cancel) {
            operation.status = "CANCELED";
        }
    }
}

json::value ShopifyBulk::stage(const json::object& arguments) {
    json::array targets;
    for (const auto& wanted : arguments.at("input").as_array()) {
        const auto& input = wanted.as_object();
        if (shopify_text(input, "resource") != "BULK_MUTATION_VARIABLES" ||
            shopify_text(input, "mimeType") != "text/jsonl" || shopify_text(input, "httpMethod") != "POST") {
            return shopify_refusal(
                "stagedTargets",
                shopify_user_error({"input", "0"}, "this stand-in stages bulk variables only")
            );
        }
        const auto key =
            "tmp/1/bulk/0000-" + std::to_string(staged_.size() + 1) + "/" + shopify_text(input, "filename");
        auto& staged = staged_[key];
        staged.parameters = {
            {"key", key},
            {"Content-Type", "text/jsonl"},
            {"success_action_status", "201"},
            {"acl", "private"},
            {"policy", "eyJleHBpcmF0aW9uIjoi=="},
            {"x-goog-credential", "merchant-assets@shopify.test/auto/storage/goog4_request"},
            {"x-goog-signature", "4c0f69" + std::to_string(staged_.size())}
        };
        json::array parameters;
        for (const auto& [name, value] : staged.parameters) {
            parameters.push_back(json::object{{"name", name}, {"value", value}});
        }
        json::object target{{"url", origin_ + upload_path()}, {"resourceUrl", nullptr}};
        target["parameters"] = std::move(parameters);
        targets.push_back(std::move(target));
    }
    return shopify_payload("stagedTargets", std::move(targets));
}

json::value ShopifyBulk::run(ShopifyShop& shop, const json::object& arguments) {
    if (!switches_.refuse.empty()) {
        return refusal(switches_.refuse.c_str(), "Bulk operations are refused");
    }
    if (is_full(false)) {
        return refusal("LIMIT_REACHED", kNoRoom);
    }
    Operation operation;
    operation.text = shopify_text(arguments, "mutation");
    auto parsed = graphql::parse_operation(operation.text);
    if (!parsed || !parsed->is_mutation || parsed->fields.size() != 1) {
        return refusal("INVALID_MUTATION", "The mutation is invalid");
    }
    operation.parsed = std::move(*parsed);
    const auto staged = staged_.find(shopify_text(arguments, "stagedUploadPath"));
    if (staged == staged_.end() || staged->second.content.empty()) {
        return refusal("NO_SUCH_FILE", "The JSONL file could not be found");
    }
    std::istringstream file(staged->second.content);
    for (std::string line; std::getline(file, line);) {
        operation.lines.push_back(std::move(line));
    }
    return begin(shop, std::move(operation));
}

json::value ShopifyBulk::run_query(ShopifyShop& shop, const json::object& arguments) {
    if (!switches_.refuse.empty()) {
        return refusal(switches_.refuse.c_str(), "Bulk operations are refused");
    }
    if (is_full(true)) {
        return refusal("LIMIT_REACHED", kNoRoom);
    }
    Operation operation;
    operation.is_query = true;
    operation.text = shopify_text(arguments, "query");
    const auto* grouped = arguments.if_contains("groupObjects");
    const bool groups = grouped != nullptr && *grouped == json::value(true) && !switches_.scatter;
    auto lines = bulk_query_lines(shop, operation.text, groups);
    if (!lines) {
        return refusal("INVALID", lines.error().c_str());
    }
    operation.lines = std::move(*lines);
    return begin(shop, std::move(operation));
}

json::value ShopifyBulk::begin(ShopifyShop& shop, Operation operation) {
    operation.order.resize(operation.lines.size());
    std::iota(operation.order.begin(), operation.order.end(), std::size_t{0});
    if (!operation.is_query) {
        std::ranges::shuffle(operation.order, std::mt19937_64(operations_.size() + 1));
    }
    operation.id = "gid://shopify/BulkOperation/" + std::to_string(206'005'076'001 + operations_.size());
    operation.switches = switches_;
    operation.created = shop.clock.present();
    operation.began = Clock::now();
    operations_.push_back(std::move(operation));
    return shopify_payload("bulkOperation", shown(operations_.back()));
}

json::value ShopifyBulk::cancel(const json::object& arguments) {
    for (auto& operation : operations_) {
        if (operation.id == shopify_text(arguments, "id")) {
            if (!is_running(operation)) {
                return shopify_refusal(
                    "bulkOperation",
                    shopify_user_error({"id"}, "A bulk operation cannot be canceled when it is over")
                );
            }
            operation.cancelled = operation.cancelled.value_or(Clock::now());
            operation.status = "CANCELING";
            return shopify_payload("bulkOperation", shown(operation));
        }
    }
    return shopify_refusal("bulkOperation", shopify_user_error({"id"}, "Bulk operation does not exist"));
}

json::object ShopifyBulk::shown(const Operation& operation) const {
    json::object full{{"id", operation.id}, {"status", operation.status}};
    full["type"] = operation.is_query ? "QUERY" : "MUTATION";
    full["query"] = operation.text;
    full["createdAt"] = shopify_time(operation.created);
    full["objectCount"] = std::to_string(operation.done);
    full["errorCode"] = operation.error.empty() ? json::value() : json::value(operation.error);
    full["url"] = nullptr;
    full["partialDataUrl"] = nullptr;
    const json::value results(origin_ + results_path(operation));
    if (operation.is_query && operation.results.empty()) {
        return full;  // nothing was found, or nothing yet: there is no file
    }
    if (operation.status == "COMPLETED") {
        full["url"] = results;
    } else if (operation.status == "FAILED" || operation.status == "CANCELED") {
        full["partialDataUrl"] = results;
    }
    return full;
}

json::value ShopifyBulk::find(const json::object& arguments) const {
    for (const auto& operation : operations_) {
        if (operation.id == shopify_text(arguments, "id")) {
            return shown(operation);
        }
    }
    return nullptr;
}

json::array ShopifyBulk::list(const json::object& arguments) const {
    const auto query = shopify_text(arguments, "query");
    const bool is_of_sort = query.starts_with("operation_type:");
    json::array found;
    for (auto at = operations_.rbegin(); at != operations_.rend(); ++at) {
        auto status = at->status;
        std::ranges::transform(status, status.begin(), [](char c) {
            return static_cast<char>(c - 'A' + 'a');
        });
        const auto sort = std::string("operation_type:") + (at->is_query ? "query" : "mutation");
        if (query.empty() ||
            (is_of_sort ? query == sort : query.find("status:" + status) != std::string::npos)) {
            found.push_back(shown(*at));
        }
    }
    return found;
}

void ShopifyBulk::clear() {
    *this = ShopifyBulk();
}

void add_bulk_roots(ShopifyRoots& roots) {
    roots["stagedUploadsCreate"] = {
        [](ShopifyShop& shop, const json::object& arguments) { return shop.bulk.stage(arguments); }, ""
    };
    roots["bulkOperationRunMutation"] = {
        [](ShopifyShop& shop, const json::object& arguments) { return shop.bulk.run(shop, arguments); }, ""
    };
    roots["bulkOperationRunQuery"] = {
        [](ShopifyShop& shop, const json::object& arguments) { return shop.bulk.run_query(shop, arguments); },
        ""
    };
    roots["bulkOperationCancel"] = {
        [](ShopifyShop& shop, const json::object& arguments) { return shop.bulk.cancel(arguments); }, ""
    };
    roots["bulkOperation"] = {
        [](ShopifyShop& shop, const json::object& arguments) { return shop.bulk.find(arguments); }, ""
    };
    roots["bulkOperations"] = {
        [](ShopifyShop& shop, const json::object& arguments) {
            return json::value(shop.bulk.list(arguments));
        },
        ""
    };
}

}  // namespace navette::standin
