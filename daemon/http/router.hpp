// Which handler answers which method and path, and what it asks of the caller. Pure.
#pragma once

#include "daemon/http/exchange.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace navette::http {

using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

/// What the caller must show.
enum class Access {
    open,   // nothing: health, webhooks (which prove themselves), OAuth callbacks
    read,   // a token of any scope
    write,  // a token that may write
    admin,  // a token of administration
};

struct Route {
    std::string method;   // "GET"
    std::string pattern;  // "/api/v1/integrations/{id}"; the last part may be "{rest...}"
    Access access = Access::admin;
    Handler handler;
    std::size_t body_limit = 1U << 20U;  // bytes
};

class Router {
  public:
    /// Throws std::logic_error where the pattern is malformed or the route is there already: a mistake in
    /// navette.
    void add(Route route);

    struct Found {
        const Route* route = nullptr;  // null: there is none
        std::map<std::string, std::string, std::less<>> parameters;
        std::vector<std::string> allowed;  // the methods of this path where the method is at fault (405)
    };

    /// Fixed parts win over parameters, from the left; only then the method is looked at. HEAD finds GET.
    /// Parts are split before they are percent-decoded, so an encoded slash stays inside its part; a part
    /// that cannot be decoded or is no UTF-8 then, "." and ".." find nothing.
    [[nodiscard]] Found find(std::string_view method, std::string_view path) const;

    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  private:
    /// A route's pattern, taken apart once.
    struct Pattern {
        std::vector<std::string> parts;  // a fixed text, or a parameter's name
        std::vector<bool> fixed;
        bool open_end = false;  // the last part takes the rest of the path
    };
    [[nodiscard]] static Pattern pattern_of(const Route& route);

    std::vector<Route> routes_;
    std::vector<Pattern> patterns_;  // one for each route
};

}  // namespace navette::http
