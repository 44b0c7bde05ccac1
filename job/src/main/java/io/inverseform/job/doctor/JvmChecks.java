package io.inverseform.job.doctor;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.util.Utils;

/** The JVM that Spark and DJL run in. */
final class JvmChecks {
  private static final int FEATURE = 17;
  private static final List<String> FORMATS = List.of("JPEG", "PNG");
  private static final String COMPLETE =
      "install the library that it names (Debian: libjpeg62-turbo), or another JDK 17";
  private static final Pattern OPENED = Pattern.compile("--add-opens=([^/]+)/([^=]+)=ALL-UNNAMED");

  private JvmChecks() {}

  static Verdict jdk(Runtime.Version version) {
    String found =
        "%s (%s), heap %s"
            .formatted(
                version,
                System.getProperty("java.vendor"),
                Utils.bytesToString(Runtime.getRuntime().maxMemory()));
    return version.feature() == FEATURE
        ? Verdict.ok(found)
        : Verdict.problem(found, "Spark 3.5 and this job need JDK 17: set JAVA_HOME");
  }

  /** Whether those packages of the JDK are open that Spark looks into. */
  static Verdict modules() {
    List<String> closed =
        OPENED
            .matcher(JavaModuleOptions.defaultModuleOptions())
            .results()
            .filter(match -> !isOpen(match.group(1), match.group(2)))
            .map(match -> match.group(1) + "/" + match.group(2))
            .toList();
    return closed.isEmpty()
        ? Verdict.ok("all packages are open that Spark looks into")
        : Verdict.problem(
            "closed to Spark: " + String.join(", ", closed),
            "start by submit.sh or spark-submit, or add their --add-opens to the JVM's options");
  }

  /**
   * Whether pictures can be decoded: some JDKs take the JPEG library from the system, and are built
   * without a look whether it is there.
   */
  static Verdict pictures() throws IOException {
    for (String format : FORMATS) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try {
        BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        if (!ImageIO.write(picture, format, bytes)
            || ImageIO.read(new ByteArrayInputStream(bytes.toByteArray())) == null) {
          return Verdict.problem("this JDK has no codec for " + format, COMPLETE);
        }
      } catch (LinkageError e) {
        return Verdict.problem("%s cannot be decoded: %s".formatted(format, e), COMPLETE);
      }
    }
    return Verdict.ok(String.join(" and ", FORMATS) + " are decoded");
  }

  private static boolean isOpen(String module, String name) {
    return ModuleLayer.boot()
        .findModule(module)
        .map(found -> found.isOpen(name, JvmChecks.class.getModule()))
        .orElse(true);
  }
}
