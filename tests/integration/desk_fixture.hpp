// The API's operations against a real database, without a socket between.
#pragma once

#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <boost/json/parse.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace navette::test {

inline boost::json::object body_of(const http::Response& answer) {
    return boost::json::parse(answer.body).as_object();
}

inline http::Caller caller_of(
    const std::string& tenant, http::Caller::Scope scope, const std::string& token = "0123456789abcdef"
) {
    http::Caller caller;
    caller.token_id = token;
    caller.tenant = tenant;
    caller.scope = scope;
    return caller;
}

class DeskTest : public SchemaTest {
  protected:
    http::DatabaseDesk& desk() {
        if (!desk_) {
            desk_ = std::make_unique<http::DatabaseDesk>(context_.get_executor(), database_.url());
        }
        return *desk_;
    }

    http::Response ask(const http::Operation& operation, http::Request request = {}) {
        return run(desk().run(operation, std::move(request)));
    }

    /// What the route's handler answers; the route must be there. Who may call it is the server's to check.
    http::Response call(const http::Router& router, http::Request request) {
        auto found = router.find(request.method, request.path);
        if (found.route == nullptr) {
            throw std::logic_error("there is no route " + request.method + " " + request.path);
        }
        request.parameters = std::move(found.parameters);
        return run(found.route->handler(std::move(request)));
    }

    static http::Request request(
        const http::Caller& caller,
        const std::string& method,
        const std::string& path,
        std::string body = {},
        std::vector<sdk::Header> headers = {}
    ) {
        http::Request made;
        made.method = method;
        made.path = path;
        made.target = path;
        made.body = std::move(body);
        made.headers = std::move(headers);
        made.caller = caller;
        return made;
    }

    std::unique_ptr<http::DatabaseDesk> desk_;
};

}  // namespace navette::test
