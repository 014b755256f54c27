// libcurl's handles as values. For this folder alone.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace wk::ai {

struct EasyClose {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiClose {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyClose>;
using Multi = std::unique_ptr<CURLM, MultiClose>;

class Headers {
 public:
  void add(const std::string& line) {
    if (curl_slist* longer = curl_slist_append(list_.get(), line.c_str())) {
      (void)list_.release();
      list_.reset(longer);
    } else {
      complete_ = false;
    }
  }
  bool complete() const { return complete_; }
  curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, ListFree> list_;
  bool complete_ = true;
};

}  // namespace wk::ai
