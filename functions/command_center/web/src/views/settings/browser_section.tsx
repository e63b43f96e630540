/** What is kept in this browser alone, for whoever uses it. */
import { ChooseTheme } from "../../app/person_menu.tsx";
import { SingleKeysField } from "../../app/single_keys_field.tsx";
import { Panel } from "../../ui/layout.tsx";

export const BrowserSection = () => (
  <>
    <Panel title="Appearance">
      <div className="max-w-80">
        <ChooseTheme />
      </div>
    </Panel>
    <Panel title="Keyboard">
      <SingleKeysField />
    </Panel>
  </>
);
