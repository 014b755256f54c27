#include "api/pages.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "web/assets.hpp"

namespace wk::api {
namespace {

// The console: nothing from elsewhere, nothing inline. blob: for previews of what is about to be sent.
constexpr const char* kConsolePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self' blob:; connect-src 'self' ws: wss:; manifest-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";
// A strict host page: what a shop with a good policy sends. The widget has to live with it.
constexpr const char* kStrictPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

HttpResponse not_found() { return HttpResponse::text(404, "Not found\n"); }

HttpResponse asset_response(const HttpRequest& head, const Asset& asset) {
  const bool gzip = !asset.gzip_bytes.empty() && head.headers.has_token("accept-encoding", "gzip");
  const std::string_view etag = gzip ? asset.gzip_etag : asset.etag;
  HttpResponse response;
  if (etag_matches(head, etag)) {
    response = HttpResponse::empty(304);
  } else {
    response.body = HttpStaticBody{gzip ? asset.gzip_bytes : asset.bytes};
    response.headers.set("Content-Type", std::string(asset.media_type));
    if (gzip) response.headers.set("Content-Encoding", "gzip");
  }
  response.headers.set("ETag", std::string(etag));
  response.headers.set("Vary", "Accept-Encoding");
  response.headers.set("Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
  return response;
}

HttpResponse page(const HttpRequest& head, std::string_view path, const char* policy) {
  const Asset* asset = find_asset(path);
  if (asset == nullptr) return HttpResponse::text(503, "This binary was built without its front end.\n");
  HttpResponse response = asset_response(head, *asset);
  response.headers.set("Content-Security-Policy", policy);
  response.headers.set("Referrer-Policy", "same-origin");
  return response;
}

HttpResponse redirect(std::string to) {
  HttpResponse response = HttpResponse::empty(302);
  response.headers.set("Location", std::move(to));
  return response;
}

std::string own_address(const HttpRequest& head) {
  return (head.secure ? "https://" : "http://") + std::string(head.headers.get("host"));
}

}  // namespace

std::optional<HttpResponse> Pages::route(const HttpRequest& head) const {
  const std::string_view path = head.path;
  if (head.method != "GET" && head.method != "HEAD") return std::nullopt;
  if (path == "/") return redirect("/console/");
  if (path == "/console") return redirect("/console/");
  if (path.starts_with("/console/")) {
    // Files of the build; every other address below is one of the application's.
    if (const Asset* asset = find_asset(path.substr(1)); asset != nullptr && path != "/console/index.html") {
      return asset_response(head, *asset);
    }
    if (path.starts_with("/console/assets/")) return not_found();
    return page(head, "console/index.html", kConsolePolicy);
  }
  if (path.starts_with("/assets/")) {
    const Asset* asset = find_asset(path.substr(sizeof "/assets/" - 1));
    return asset == nullptr ? not_found() : asset_response(head, *asset);
  }
  constexpr std::string_view kWidget = "/widget/";
  if (path.starts_with(kWidget) && path.ends_with(".js")) {
    return loader(head, path.substr(kWidget.size(), path.size() - kWidget.size() - 3));
  }
  constexpr std::string_view kChat = "/chat/";
  if (path.starts_with(kChat)) return chat_page(head, path.substr(kChat.size()));
  if (demo_ && path == "/demo") return redirect("/demo/");
  if (demo_ && path.starts_with("/demo/")) {
    if (path == "/demo/") return page(head, "demo/index.html", kStrictPolicy);
    const Asset* asset = find_asset(path.substr(1));
    return asset == nullptr ? not_found() : asset_response(head, *asset);
  }
  return std::nullopt;
}

HttpResponse Pages::loader(const HttpRequest& head, std::string_view key) const {
  const Asset* loader = find_asset("loader.js");
  const auto sites = directory_.sites();
  const auto site = std::find_if(sites->begin(), sites->end(), [&](const v1::Site& s) { return s.key() == key; });
  if (loader == nullptr || site == sites->end() || site->disabled()) return not_found();
  const v1::WidgetAppearance& look = site->appearance();
  const nlohmann::ordered_json settings{{"key", site->key()},
                                        {"host", own_address(head)},
                                        {"appearance",
                                         {{"color", look.color()},
                                          {"position", look.position()},
                                          {"theme", look.theme()},
                                          {"launcherLabel", look.launcher_label()}}}};
  // ensure_ascii and no "</": the text may stand in any script.
  std::string json = settings.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  for (std::size_t at = 0; (at = json.find("</", at)) != std::string::npos; at += 3) json.replace(at, 2, "<\\/");
  HttpResponse response;
  response.body = "window.__weikeyi_site=" + json + ";\n" + std::string(loader->bytes);
  response.headers.set("Content-Type", "text/javascript; charset=utf-8");
  // Short, so that a changed colour is soon everywhere.
  response.headers.set("Cache-Control", "public, max-age=300");
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
  return response;
}

HttpResponse Pages::chat_page(const HttpRequest& head, std::string_view key) const {
  const auto sites = directory_.sites();
  const auto site = std::find_if(sites->begin(), sites->end(), [&](const v1::Site& s) { return s.key() == key; });
  if (site == sites->end() || site->disabled()) return not_found();
  return page(head, "chat/index.html", kStrictPolicy);
}

}  // namespace wk::api
