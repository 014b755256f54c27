// Whether a page of this origin may use a site's widget. Pure.
#pragma once

#include <string_view>

#include "weikeyi/v1/resource.pb.h"

namespace wk {

// "https://shop.example" against "https://*.shop.example" and the like. An empty list allows every origin; no origin at all
// (not a browser) is allowed, since what protects then is the token.
bool origin_allowed(const ::weikeyi::v1::Site& site, std::string_view origin);

}  // namespace wk
