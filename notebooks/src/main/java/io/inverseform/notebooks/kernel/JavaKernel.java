package io.inverseform.notebooks.kernel;

import io.inverseform.notebooks.Drawing;
import io.inverseform.notebooks.Table;
import io.inverseform.udf.label.PngEncoder;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.dflib.jjava.jupyter.kernel.util.TextColor;

/** Answers Jupyter: pictures and tables as such, errors by cell and line. */
final class JavaKernel extends BaseKernel {
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";

  private final Cells cells = new Cells();

  JavaKernel() {
    super(
        "InverseForm Java",
        "1",
        new LanguageInfo.Builder("java")
            .version(System.getProperty("java.version"))
            .mimetype("text/x-java-source")
            .fileExtension(".java")
            .pygments("java")
            .codemirror("text/x-java")
            .build(),
        List.of(),
        null,
        new JupyterIO(StandardCharsets.UTF_8),
        new CommManager(),
        new Renderer(),
        null,
        null,
        false,
        new StringStyler.Builder().addPrimaryStyle(TextColor.BOLD_RESET_FG).build());
  }

  @Override
  public Object evalRaw(String source) {
    // The counter already stands at the next cell.
    return cells.run(new Cell(executionCount.get() - 1, source));
  }

  @Override
  public DisplayData eval(String source) {
    Object value = evalRaw(source);
    return value == null ? null : display(value);
  }

  private static DisplayData display(Object value) {
    DisplayData data = new DisplayData();
    if (value instanceof Drawing drawing) {
      return display(drawing.image());
    } else if (value instanceof BufferedImage image) {
      data.putData("image/png", Base64.getEncoder().encodeToString(PngEncoder.encode(image)));
      data.putText("picture of " + image.getWidth() + "x" + image.getHeight() + " pixels");
    } else if (value instanceof Table table) {
      data.putHTML(table.html());
      data.putText(table.toString());
    } else {
      String text = Arrays.deepToString(new Object[] {value});
      data.putText(text.substring(1, text.length() - 1));
    }
    return data;
  }

  @Override
  public List<String> formatError(Throwable error) {
    return error instanceof CellException
        ? error.getMessage().lines().map(line -> RED + line + PLAIN).toList()
        : super.formatError(error);
  }

  @Override
  public ReplacementOptions complete(String source, int cursor) {
    Cells.Completion completion = cells.complete(source, cursor);
    return new ReplacementOptions(completion.replacements(), completion.from(), cursor);
  }

  @Override
  public DisplayData inspect(String source, int cursor, boolean detail) {
    String signatures = cells.signatures(source, cursor);
    return signatures.isEmpty() ? null : new DisplayData(signatures);
  }

  @Override
  public String isComplete(String source) {
    return cells.isComplete(source) ? IS_COMPLETE_YES : "";
  }

  @Override
  public void interrupt() {
    cells.interrupt();
  }

  @Override
  public void onShutdown(boolean isRestarting) {
    cells.close();
  }
}
