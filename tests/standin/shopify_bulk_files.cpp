// The host of the files of bulk operations: what goes up, what comes down.
#include "tests/standin/shopify_bulk.hpp"
#include "tests/standin/shopify_bulk_query.hpp"
#include "tests/standin/shopify_shop.hpp"

#include <string>
#include <utility>

namespace navette::standin {

namespace {

constexpr std::size_t kLargestUpload = 20U << 20U;
constexpr std::string_view kUploads = "/staged-uploads";
constexpr std::string_view kResults = "/bulk-results/";

Response refused(unsigned status, const std::string& why) {
    return {status, "application/xml", "<?xml version='1.0'?><Error><Message>" + why + "</Message></Error>"};
}

}  // namespace

std::string ShopifyBulk::upload_path() {
    return std::string(kUploads);
}

void ShopifyBulk::called_as(std::string_view host) {
    const auto port = host.find(':');
    origin_ = "http://localhost" + (port == std::string_view::npos ? "" : std::string(host.substr(port)));
}

std::optional<Response> ShopifyBulk::answer_for_files(const Request& request) {
    const bool is_upload = request.path() == kUploads;
    if (!is_upload && !request.path().starts_with(kResults)) {
        return std::nullopt;
    }
    if ("http://" + std::string(request.header("host")) != origin_) {
        return refused(404, "there is no such file on this host");
    }
    if (!request.header("x-shopify-access-token").empty()) {
        return refused(400, "the shop's token has no business here");
    }
    if (is_upload) {
        return request.method == "POST" ? upload(request) : refused(405, "POST only");
    }
    return request.method == "GET" ? download(request) : refused(405, "GET only");
}

Response ShopifyBulk::upload(const Request& request) {
    if (switches_.upload_status != 0) {
        return refused(switches_.upload_status, "Access denied.");
    }
    std::string why = "there is no policy for this file";
    for (auto& [key, staged] : staged_) {
        // The parameters are what tells one upload from another.
        if (request.body.find(key) == std::string::npos) {
            continue;
        }
        auto file = uploaded_file(request, staged.parameters, kLargestUpload);
        if (file) {
            staged.content = std::move(*file);
            return {201, "application/xml", "<PostResponse><Key>" + key + "</Key></PostResponse>"};
        }
        why = file.error();
    }
    return refused(400, why);
}

Response ShopifyBulk::download(const Request& request) {
    for (const auto& operation : operations_) {
        if (request.target != results_path(operation)) {
            continue;
        }
        if (switches_.gone > 0) {
            --switches_.gone;
            return refused(403, "the signature has expired");
        }
        return file_answer(request, operation.results, !switches_.whole);
    }
    return refused(403, "the signature does not match");
}

std::string ShopifyBulk::results_path(const Operation& operation) const {
    const auto number = std::to_string(shopify_number(operation.id));
    return std::string(kResults) + number + ".jsonl?Expires=1612465869&Signature=KOhl%2F" + number + "%3D%3D";
}

}  // namespace navette::standin
