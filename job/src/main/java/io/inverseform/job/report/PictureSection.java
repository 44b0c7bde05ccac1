package io.inverseform.job.report;

/** Pictures with what the model makes of them, and what the colours mean. */
record PictureSection(ShownPictures shown, String name) {
  void draw(Html html) {
    for (ShownPictures.Picture picture : shown.pictures()) {
      html.open("h4").text(picture.place());
      html.element("span", picture.sampleId() + ": " + picture.scores(), "class", "note").close();
      html.open("div", "class", "panels");
      for (ShownPictures.View view : picture.views()) {
        html.open("figure");
        html.empty(
            "img",
            "src",
            view.data(),
            "width",
            Integer.toString(view.width()),
            "height",
            Integer.toString(view.height()),
            "alt",
            "%s of the %s picture, %s".formatted(view.name(), picture.place(), picture.sampleId()));
        html.element("figcaption", view.name()).close();
      }
      html.close();
    }
    html.open("ul", "class", "legend", "aria-label", "Colours of the labels, " + name);
    for (ShownPictures.Entry entry : shown.legend()) {
      html.open("li")
          .element("span", "", "class", "swatch", "style", "background:" + entry.colour());
      html.text(entry.name()).close();
    }
    html.close();
  }
}
