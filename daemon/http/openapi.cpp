#include "daemon/http/openapi.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <stdexcept>
#include <string>

namespace navette::http {

namespace json = boost::json;

namespace {

// paths > path > method, components > kind > name: what lies deeper belongs to one part.
constexpr int kDepth = 3;

void merge(json::object& whole, const json::object& part, int depth, const std::string& where) {
    for (const auto& [name, value] : part) {
        const auto here = where + "/" + std::string(name);
        auto* const known = whole.if_contains(name);
        if (known == nullptr) {
            whole[name] = value;
        } else if (known->is_array() && value.is_array() && depth == 1) {
            for (const auto& item : value.as_array()) {
                known->as_array().push_back(item);
            }
        } else if (known->is_object() && value.is_object() && depth < kDepth) {
            merge(known->as_object(), value.as_object(), depth + 1, here);
        } else {
            throw std::logic_error("docs/openapi: " + here + " stands in two parts");
        }
    }
}

boost::asio::awaitable<Response> serve(std::shared_ptr<const std::string> text, Request /*request*/) {
    co_return text_response(200, *text, "application/json");
}

}  // namespace

json::object merge_openapi(const std::vector<std::string_view>& parts) {
    json::object whole;
    json::parse_options options;
    options.max_depth = 64;
    for (const auto part : parts) {
        boost::system::error_code error;
        const auto read = json::parse(part, error, {}, options);
        if (error || !read.is_object()) {
            throw std::logic_error(
                "docs/openapi: a part is no JSON object, it begins with: " + std::string(part.substr(0, 80))
            );
        }
        merge(whole, read.as_object(), 1, "#");
    }
    return whole;
}

void add_openapi_route(Router& router) {
    const auto text = std::make_shared<const std::string>(json::serialize(merge_openapi(openapi_parts())));
    Handler handler = [text](Request request) { return serve(text, std::move(request)); };
    router.add(
        {.method = "GET", .pattern = "/openapi.json", .access = Access::open, .handler = std::move(handler)}
    );
}

}  // namespace navette::http
