#include "daemon/http/oauth_pages.hpp"

namespace navette::http {

std::string escaped(std::string_view text) {
    std::string html;
    for (const char c : text) {
        switch (c) {
            case '&':
                html += "&amp;";
                break;
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '"':
                html += "&quot;";
                break;
            case '\'':
                html += "&#39;";
                break;
            default:
                html += c;
        }
    }
    return html;
}

Response page(int status, const std::string& title, const std::string& text) {
    const auto html = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
                      escaped(title) + "</title></head><body><h1>" + escaped(title) + "</h1><p>" +
                      escaped(text) + "</p></body></html>\n";
    // The address holds the code: it goes nowhere from here.
    return text_response(status, html, "text/html; charset=utf-8")
        .with_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        .with_header("Referrer-Policy", "no-referrer")
        .with_header("Cache-Control", "no-store");
}

}  // namespace navette::http
